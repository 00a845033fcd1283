/*
 * A publisher with a spool that expects to be killed:
 *
 *   spooler SPOOL NAME      hands in NAME-1, NAME-2 ..., for ever, and says
 *                           each on stdout once it was handed in
 *   spooler SPOOL           sends what is in the spool; how many it were
 *
 * ENDPOINT and KEY_FILE, where they are set, say to which bus and as whom.
 */
#include <huying.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_MS 90000

static int
fail(const struct huying_error *e)
{
	(void)fprintf(
	    stderr, "spooler: %s: %s\n", huying_strerror(e->code), e->text);
	return 1;
}

static void
count(const struct huying_outcome *out, void *n)
{
	if (out->status == HUYING_STORED || out->status == HUYING_DUPLICATE)
		++*(int *)n;
	else
		(void)fprintf(stderr, "spooler: %s %s %s\n", out->id, out->code,
		    out->reason);
}

static int
drain(struct huying_publisher *p)
{
	struct huying_error e;
	int n = 0;

	if (huying_flush(p, DRAIN_MS, count, &n, &e) != HUYING_OK)
		return fail(&e);
	printf("%d\n", n);
	return 0;
}

static int
hand_in(struct huying_publisher *p, const char *name)
{
	char json[400], id[80];
	struct huying_error e;

	for (long n = 1;; n++) {
		int len = snprintf(id, sizeof(id), "%s-%ld\n", name, n) - 1;
		enum huying_code code;

		(void)snprintf(json, sizeof(json),
		    "{\"id\":\"%.*s\",\"source\":\"/test/spool\",\"type\":"
		    "\"task.sign\",\"data\":{\"task\":\"330122-26-0000001/T1\","
		    "\"unit\":\"330122109-ZF\",\"officer\":\"OF-109-0003\"}}",
		    len, id);
		code =
		    huying_publish_json(p, json, strlen(json), NULL, NULL, &e);
		if (code != HUYING_OK)
			return fail(&e);
		/* From here on it is the spool's duty. */
		if (write(STDOUT_FILENO, id, strlen(id)) < 0)
			return 1;
		while ((code = huying_poll(
			    p, n % 20 == 0 ? 20 : 0, NULL, &e)) == HUYING_OK)
			continue;
		if (code != HUYING_NOTHING)
			return fail(&e);
	}
}

int
main(int argc, char **argv)
{
	struct huying_publisher_options o = { .size = sizeof(o) };
	struct huying_publisher *p;
	struct huying_error e;
	int code;

	if (argc < 2)
		return 2;
	o.spool = argv[1];
	o.endpoint = getenv("ENDPOINT");
	o.key_file = getenv("KEY_FILE");
	if (huying_publisher_open(&p, &o, &e) != HUYING_OK)
		return fail(&e);
	code = argc > 2 ? hand_in(p, argv[2]) : drain(p);
	huying_publisher_close(&p);
	return code;
}
