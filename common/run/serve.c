/* A service from its command line to its exit code. */
#include "common/run/inner.h"

#include "common/base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static int
usage(const struct run_desc *desc, bool asked)
{
	(void)fprintf(asked ? stdout : stderr,
	    "usage: %s [-n]\n\n"
	    "The %s service.  Settings come from the environment.\n"
	    "  -n      print the settings, check them, and exit\n"
	    "  --help  this text\n",
	    desc->name, desc->name);
	return asked ? RUN_CLEAN : RUN_USAGE;
}

static int
serve(struct run *r)
{
	struct signals told;
	struct err e;
	int code = RUN_BROKEN;
	enum rc rc;

	signals_serve(&told);
	notify_init(&r->notify);
	rc = run_open(r, &told, &e);
	if (rc == RC_OK) {
		log_event(LEVEL_INFO, "service.started", "version=\"%.*s\"",
		    STR_ARG(registry_version(r->registry)));
		notify_say("READY=1");
		code = run_loop(r, &told);
		notify_say("STOPPING=1");
		log_event(LEVEL_INFO, "service.stopped", "%s", "");
	} else if (rc == RC_GONE) {
		code = RUN_CLEAN;
	} else {
		log_why(LEVEL_ERROR, "service.failed", e.text);
	}
	run_close(r);
	signals_close(&told);
	log_flush();
	return code;
}

int
run_main(const struct run_desc *desc, int argc, char **argv)
{
	struct run *r = xcalloc(1, sizeof(*r));
	struct err e;
	int code;

	r->desc = desc;
	zsys_handler_set(NULL); /* signals are ours */
	log_init(desc->name, LEVEL_INFO);
	if (sodium_init() < 0)
		never("no randomness");
	if (argc > 1 && strcmp(argv[1], "-n") != 0) {
		code = usage(desc, strcmp(argv[1], "--help") == 0);
	} else if (conf_load(&r->conf, &e) != RC_OK ||
		   conf_policy(&r->conf, &e) != RC_OK) {
		log_why(LEVEL_ERROR, "settings.refused", e.text);
		code = RUN_USAGE;
	} else if (argc > 1) {
		conf_print(&r->conf);
		code = RUN_CLEAN;
	} else {
		code = serve(r);
	}
	free(r);
	return code;
}
