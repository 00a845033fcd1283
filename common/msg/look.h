/* What a string field holds, as a table: check and words for people. */
#ifndef MSG_LOOK_H
#define MSG_LOOK_H

#include "common/msg/msg.h"

/* NULL when VALUE fits; else what is expected ("12 digits ..."). */
const char *look_check(const struct msg_format *f, struct str value);
/* JSON Schema "pattern" of the look, NULL when there is none. */
const char *look_pattern(enum msg_look look);
const char *look_name(enum msg_look look);

#endif
