"""The places of a call while people talk: once more together, aside, asked, in a room of three or more."""

TALKS = """
[barrymore-again]
; A person and the caller, after one of them was elsewhere.
exten => s,1,Bridge(${BM_CALLER},F(barrymore-wait^b${BM_NUMBER}^1))
 same => n,Hangup()

[barrymore-aside]
; The person waits for whoever they ask.
exten => s,1,PlayTones(ring)
 same => n(wait),Wait(60)
 same => n,Goto(wait)

[barrymore-ask]
; Whoever is asked. The one who asks waits aside; the first telephone that is lifted takes it. When the
; one who asks has hung up, we put the caller through; were we away, that can wait a moment.
exten => s,1,GotoIf($["${TRYLOCK(barrymore-ask-${BM_CALL}-${BM_ATTEMPT})}" = "1"]?take)
 same => n,Hangup()
 same => n(take),Bridge(${BM_ASIDE})
 same => n,Wait(20)
 same => n,Hangup()

[barrymore-refer]
; A telephone has passed its caller on by itself. We hear of it and ring whoever is meant.
exten => _[+0-9A-Za-z].,1,Goto(barrymore-wait,q0,music)

[barrymore-rooms]
; Colleagues among themselves: *8 and the two digits of a room.
exten => _*8XX,1,Answer()
 same => n,Set(CONFBRIDGE(user,quiet)=yes)
 same => n,Set(CONFBRIDGE(user,announce_only_user)=no)
 same => n,Set(CONFBRIDGE(user,music_on_hold_when_empty)=yes)
 same => n,ConfBridge(barrymore-room-${EXTEN:2})
 same => n,Hangup()

[barrymore-room]
exten => _r.,1,Set(CONFBRIDGE(user,quiet)=yes)
 same => n,Set(CONFBRIDGE(user,announce_only_user)=no)
 same => n,ConfBridge(barrymore-${EXTEN:1})
 same => n,Hangup()
"""
