"""Addresses of reports."""

from django.urls import path

from barrymore.reports import (
    board_views,
    compare_views,
    course_views,
    experiment_views,
    goals_views,
    people_views,
    press_views,
    quality_views,
    summary_views,
    views,
)

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("board/", board_views.board, name="board"),
    path("quality/", quality_views.quality, name="quality"),
    path("quality/<int:point_id>/weeks/", quality_views.weeks, name="quality_weeks"),
    path("presses/", press_views.presses, name="presses"),
    path("points/<int:point_id>/", course_views.course, name="course"),
    path("experiments/", experiment_views.experiments, name="experiments"),
    path("experiments/new/", experiment_views.new, name="experiment_new"),
    path("experiments/<int:experiment_id>/", experiment_views.experiment, name="experiment"),
    path("experiments/<int:experiment_id>/withdraw/", experiment_views.withdrawn, name="experiment_withdraw"),
    path("points-compared/", compare_views.compared, name="compared"),
    path("points-compared.csv", compare_views.compared_file, {"kind": "csv"}, name="compared_csv"),
    path("points-compared.xlsx", compare_views.compared_file, {"kind": "xlsx"}, name="compared_xlsx"),
    path("goals/", goals_views.goals, name="goals"),
    path("people/", people_views.people, name="people"),
    path("people.csv", people_views.people_file, name="people_csv"),
    path("summary/", summary_views.summary, name="summary"),
    path("summary.pdf", summary_views.summary_file, name="summary_pdf"),
    path("<slug:name>/", views.report, name="report"),
    path("<slug:name>.csv", views.export, {"kind": "csv"}, name="export"),
    path("<slug:name>.xlsx", views.export, {"kind": "xlsx"}, name="workbook"),
]
