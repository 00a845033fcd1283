/* Settings from the environment, declared in conf.def, checked at start. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "common/base/base.h"

/* clang-format off */
struct conf {
#define CONF(name, env, preset, doc) const char *name;
#include "common/conf/conf.def"
#undef CONF
	char text[8][160]; /* of endpoints that follow from other settings */
};
/* clang-format on */

/*
 * Fills C, which must not be moved; strings live as long as it.  RC_FATAL names
 * a HUYING_ variable that no row declares.
 */
enum rc conf_load(struct conf *c, struct err *e) MUST_CHECK;
/* One line a setting: name, value, what it is for. */
void conf_print(const struct conf *c);

#endif
