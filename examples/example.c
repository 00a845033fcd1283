/* Hands in a report and follows it to its end. */
#include <huying.h>
#include <stdio.h>
#include <string.h>
#define IS(what) (strcmp(ev->type, what) == 0)
#define MUST(fine, why)                                                        \
	if (!(fine))                                                           \
	return puts(why) != EOF

int
main(void)
{
	static const char *json =
	    "{\"type\":\"report.submit\",\"source\":\"/c\",\"division\":"
	    "\"330122109\",\"data\":{\"channel\":\"app\"}}";
	struct huying_person who = { .text = "山路塌方，车过不去" };
	struct huying_publisher_options to = { .size = sizeof(to) };
	struct huying_reader_options from = { sizeof(from), .follow = 1 };
	const struct huying_outcome *out;
	const struct huying_event *ev = NULL;
	struct huying_publisher *p;
	struct huying_reader *r;
	struct huying_error e;

	MUST(!huying_publisher_open(&p, &to, &e), e.text);
	MUST(!huying_publish_json(p, json, strlen(json), &who, 0, &e), e.text);
	MUST(!huying_poll(p, 60000, &out, &e), e.text);
	MUST(out->seq > 0, out->reason);
	from.report = out->id;
	from.from_seq = out->seq;
	MUST(!huying_reader_open(&r, &from, &e), e.text);
	while (!ev || !(IS("report.refused") || IS("report.merged") ||
			  IS("casefile.archived")))
		if (huying_next(r, 5000, &ev, &e) == HUYING_OK)
			printf("%s %s\n", ev->type, ev->subject);
		else if (e.code != HUYING_NOTHING && e.code != HUYING_AWAY)
			return puts(e.text) != EOF; /* else it asks anew */
	huying_reader_close(&r);
	huying_publisher_close(&p);
}
