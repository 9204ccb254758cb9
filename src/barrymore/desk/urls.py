"""Addresses of the desk."""

from django.urls import path

from barrymore.desk import (
    act_views,
    forward_views,
    recording_views,
    reply_views,
    thread_views,
    told_views,
    views,
)

app_name = "desk"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("more/", views.more, name="more"),
    path("new/", reply_views.new, name="new"),
    path("told/", told_views.told, name="told"),
    path("told/who/", told_views.who_in, name="told_who"),
    path("presence/", views.presence, name="presence"),
    path("offers/<int:offer_id>/take/", views.answer_offer, {"answer": "take"}, name="offer_take"),
    path("offers/<int:offer_id>/decline/", views.answer_offer, {"answer": "decline"}, name="offer_decline"),
    path("outbox/<int:row_id>/resend/", reply_views.resend, name="resend"),
    path("<int:conversation_id>/", thread_views.conversation, name="conversation"),
    path("<int:conversation_id>/file/<int:file_id>/", thread_views.file, name="file"),
    path("<int:conversation_id>/message/<int:message_id>/", thread_views.as_sent, name="as_sent"),
    path("<int:conversation_id>/message/<int:message_id>/forward/", forward_views.forward, name="forward"),
    path("<int:conversation_id>/recordings/", recording_views.recordings, name="recordings"),
    path(
        "<int:conversation_id>/recordings/<int:recording_id>/", recording_views.sound, name="recording_sound"
    ),
    path("<int:conversation_id>/reply/", reply_views.reply, name="reply"),
    path("<int:conversation_id>/draft/", reply_views.draft, name="draft"),
    path("<int:conversation_id>/take/", act_views.take, name="take"),
    path("<int:conversation_id>/hand-over/", act_views.hand_over, name="hand_over"),
    path("<int:conversation_id>/priority/", act_views.priority, name="priority"),
    path("<int:conversation_id>/snooze/", act_views.snooze, name="snooze"),
    path("<int:conversation_id>/close/", act_views.close, name="close"),
    path("<int:conversation_id>/close-unasked/", act_views.close_unasked, name="close_unasked"),
    path("<int:conversation_id>/reopen/", act_views.reopen, name="reopen"),
    path("<int:conversation_id>/spam/", act_views.spam, {"is_spam": True}, name="spam"),
    path("<int:conversation_id>/not-spam/", act_views.spam, {"is_spam": False}, name="not_spam"),
    path("<int:conversation_id>/classify/", act_views.classify, name="classify"),
    path("<int:conversation_id>/person/", act_views.person, name="person"),
    path("<int:conversation_id>/card/", act_views.card, name="card"),
]
