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
	char said[2][16];  /* by the policy: level and form of the log */
};
/* clang-format on */

/*
 * Fills C, which must not be moved; strings live as long as it.  RC_FATAL names
 * a HUYING_ variable that no row declares.
 */
enum rc conf_load(struct conf *c, struct err *e) MUST_CHECK;
/*
 * Puts into effect what may change while a process runs, from the file
 * HUYING_POLICY; what that does not say is as the environment has it.
 * RC_FATAL names the line that is wrong, and C is as before.
 */
enum rc conf_policy(struct conf *c, struct err *e) MUST_CHECK;
/* The same at SIGHUP: a fault is logged, and what was stays in effect. */
void conf_reload(struct conf *c);
/* One line a setting: name, value, what it is for. */
void conf_print(const struct conf *c);

#endif
