/*
 * Peer: Redis Streams, XADD in a pipeline, answered after the append-only
 * file is flushed (appendfsync always).  Nothing is checked, nothing is
 * deduplicated.  REDIS_SOCKET: where the server listens.
 */
#include "tests/bench/drive.h"
#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STREAM "bench"

struct redis {
	redisContext *c;
	uint64_t asked;
	uint64_t answered; /* answers come in the order of asking */
	uint64_t first;    /* number of the first; they count up */
};

static const char *
address(void)
{
	const char *path = getenv("REDIS_SOCKET");

	if (path == NULL)
		die("redis", "REDIS_SOCKET is not set");
	return path;
}

/* Whether the answer to COMMAND holds TEXT. */
static bool
says(redisContext *c, const char *command, const char *text)
{
	redisReply *reply = redisCommand(c, command);
	bool found;

	if (reply == NULL)
		die("redis", c->errstr);
	if (reply->type == REDIS_REPLY_ERROR)
		die(command, reply->str);
	found = reply->str != NULL && strstr(reply->str, text) != NULL;
	freeReplyObject(reply);
	return found;
}

/* An empty stream, and a file that has forgotten the last one. */
static void
redis_prepare(void)
{
	redisContext *c = redisConnectUnix(address());

	if (c == NULL || c->err != 0)
		die("redis", c != NULL ? c->errstr : "no memory");
	(void)says(c, "DEL " STREAM, "");
	(void)says(c, "BGREWRITEAOF", "");
	for (int i = 0; i < 100; i++) {
		(void)usleep(50000);
		if (says(c, "INFO persistence", "aof_rewrite_in_progress:0"))
			break;
	}
	redisFree(c);
}

static void *
redis_open(bool paced)
{
	struct redis *r = xcalloc(1, sizeof(*r));

	(void)paced;
	r->c = redisConnectUnixNonBlock(address());
	if (r->c == NULL || r->c->err != 0)
		die("redis", r->c != NULL ? r->c->errstr : "no memory");
	return r;
}

static void
redis_close(void *client)
{
	struct redis *r = client;

	redisFree(r->c);
	free(r);
}

static bool
redis_put(void *client, const struct bench_event *ev)
{
	const char *argv[5] = { "XADD", STREAM, "*", "e", ev->body.p };
	const size_t len[5] = { 4, sizeof(STREAM) - 1, 1, 1, ev->body.n };
	struct redis *r = client;

	if (r->asked++ == 0)
		r->first = ev->n;
	if (redisAppendCommandArgv(r->c, 5, argv, len) != REDIS_OK)
		die("redis", r->c->errstr);
	return true;
}

static bool
redis_take(void *client, uint64_t *n)
{
	struct redis *r = client;
	redisReply *reply = NULL;

	if (redisGetReplyFromReader(r->c, (void **)&reply) != REDIS_OK)
		die("redis", r->c->errstr);
	if (reply == NULL)
		return false;
	if (reply->type != REDIS_REPLY_STRING)
		die("redis", reply->str != NULL ? reply->str : "?");
	freeReplyObject(reply);
	*n = r->first + r->answered++;
	return true;
}

/* Hands over what was put meanwhile, and reads what is there. */
static void
redis_wait(void *client, int64_t until_us)
{
	struct redis *r = client;
	int done = 0;

	if (redisBufferWrite(r->c, &done) != REDIS_OK)
		die("redis", r->c->errstr);
	wait_fds(&r->c->fd, 1, until_us);
	if (redisBufferRead(r->c) != REDIS_OK)
		die("redis", r->c->errstr);
}

static const struct contender redis = {
	.peer = "redis-streams",
	.prepare = redis_prepare,
	.open = redis_open,
	.close = redis_close,
	.put = redis_put,
	.take = redis_take,
	.wait = redis_wait,
};

int
main(int argc, char **argv)
{
	return drive(&redis, argc, argv);
}
