/*
 * Which characters may stand in a text (pure): none that steer a terminal,
 * turn the direction of writing, or cannot be seen.
 */
#ifndef MSG_PLAIN_H
#define MSG_PLAIN_H

#include "common/base/str.h"

bool plain_rune(uint32_t rune);
/* TEXT must be UTF-8. */
bool plain_ok(struct str text);

#endif
