/* Inside huying sandbox: what its files share. */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include "cli/place.h"

#define SANDBOX_PORTS 4 /* in a row: publish, live, log, ring */
#define SANDBOX_STAFF "staff.lock"

struct sandbox {
	const char *dir;
	const char *pack;
	const char *at;
	const char *port_text;
	const char *format;
	bool down, stop, keep, no_staff, json;

	char path[PATH_MAX]; /* of dir, from the root */
	char pack_path[PATH_MAX];
	int64_t port;
	struct place place;
};

/* sandbox_place.c */
/* Settings of another installation must not reach this one. */
void sandbox_forget_settings(void);
/* Whether the sandbox has a file NAME. */
bool sandbox_has(const struct sandbox *s, const char *name);
/* Its folder, made if need be; -1, or an exit code, said why. */
int sandbox_take_dir(struct sandbox *s);
/* Its ports, set for whatever it starts; -1, or an exit code. */
int sandbox_take_ports(struct sandbox *s);
/* PATH and all in it; true when nothing of it is there any more. */
bool sandbox_remove(const char *path);

/* sandbox_staff.c */
/* What only a new one needs: its time, its keys, its county. */
int sandbox_furnish(const struct sandbox *s);
/* huying play --staff, in the background; holds DIR/staff.lock. */
int sandbox_call_staff(const struct sandbox *s);

#endif
