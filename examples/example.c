/* Hands in a report and follows it to its end: example [--until TYPE] */
#include "common/bus/log.h"
#include "common/bus/publish.h"
#include "common/conf/conf.h"
#include <stdio.h>

#define ENDS "report.refused|report.merged|casefile.archived"
#define DO(call)                                                               \
	if ((call) != RC_OK)                                                   \
	return puts(e.text) != EOF

int
main(int argc, char **argv)
{
	struct msg_report_submit report = { .channel = STR("app") };
	struct msg_sealed_report who = { .text = STR("山路塌方，车过不去") };
	struct msg_envelope env = { .source = STR("/example/c") };
	struct log_options options = { .follow = true };
	AUTO(publisher_close) struct publisher *p = NULL;
	AUTO(log_reader_close) struct log_reader *r = NULL;
	struct log_event ev;
	struct outcome out;
	struct conf conf;
	struct err e;

	env.division = STR("330122109");
	DO(conf_load(&conf, &e));
	DO(publisher_open(&p, conf.publish, "example", 5000, &e));
	DO(publish_submit(p, &env, &report, &who, &out, &e));
	DO(out.seq > 0 ? RC_OK : err_set(&e, RC_REJECT, "%s", out.reason));
	options.report = str_of(out.id);
	options.from_seq = out.seq;
	DO(log_open(&r, conf.log, &options, &e));
	while (!str_in(str_of(argc > 2 ? argv[2] : ENDS), '|', env.type)) {
		while (log_next(r, 5000, &ev, &e) != RC_OK)
			continue; /* nothing yet, or no bus: it asks anew */
		DO(envelope_decode(ev.envelope, MSG_LENIENT, &env, NULL));
		printf("%.*s %.*s\n", STR_ARG(env.type), STR_ARG(env.subject));
	}
}
