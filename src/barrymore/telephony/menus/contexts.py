"""The contexts of the dialplan that are the same in every house."""

# The place in which a caller then waits tells what was chosen: `chosen.SPELT` reads it.
PLACE = "q${BM_NUMBER}.${BM_QUEUE}.${BM_LANGUAGE}.${BM_SAID}.${EPOCH}${BM_PATH}"
# A message ends after three minutes, or six seconds of silence.
FIXED = """

[barrymore-hours]
; One value for each day of the world, written by the house: spans in seconds of 1970, apart by x.
exten => _c.,1,Set(BM_SPANS=${DB(barrymore-hours/${EXTEN:1}-${STRFTIME(${EPOCH},UTC,%Y%j)})})
 same => n,GotoIf($["${BM_SPANS}" = ""]?open)
 same => n(next),GotoIf($["${BM_SPANS}" = ""]?closed)
 same => n,Set(BM_SPAN=${SHIFT(BM_SPANS,x)})
 same => n,GotoIf($[${EPOCH} >= ${BM_SPAN:0:10} & ${EPOCH} < ${BM_SPAN:11:10}]?open:next)
 same => n(open),Return(open)
 same => n(closed),Return(closed)

[barrymore-voicemail]
exten => s,1,Set(BM_FROM=${FILTER(+0-9,${CALLERID(num):0:20})})
 same => n,Set(BM_FILE=bmv-${BM_NUMBER}-${BM_QUEUE}-${BM_LANGUAGE}-${EPOCH}-${BM_FROM}-${UNIQUEID})
 same => n,Playback(@sounds@/voicemail-${BM_LANGUAGE})
 same => n,Playback(@sounds@/beep)
 same => n,Record(@spool@/${BM_FILE}.wav,6,180,kq)
 same => n,Playback(@sounds@/thanks-${BM_LANGUAGE})
 same => n,Hangup()
exten => h,1,UserEvent(BarrymoreMessage,File: ${BM_FILE},Path: ${BM_PATH},Status: ${RECORD_STATUS})

[barrymore-callback]
exten => s,1,GotoIf($[${LEN(${FILTER(0-9,${CALLERID(num):0:20})})} < 5]?none)
 same => n,Set(BM_WISH=@place@)
 same => n,Gosub(barrymore-wish,s,1)
 same => n,Playback(@sounds@/callback-${BM_LANGUAGE})
 same => n,Hangup()
 same => n(none),NoOp()
 same => n,Playback(@sounds@/nonumber-${BM_LANGUAGE})
 same => n,Goto(barrymore-voicemail,s,1)

[barrymore-wish]
; Kept by Asterisk until the house has it, should the house be away.
exten => s,1,Set(DB(barrymore-wish/${UNIQUEID})=${BM_WISH}-${FILTER(+0-9,${CALLERID(num):0:20})})
 same => n,UserEvent(BarrymoreWish,Wish: ${DB(barrymore-wish/${UNIQUEID})})
 same => n,Return()
""".replace("@place@", PLACE)
