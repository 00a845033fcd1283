/*
 * Peer: NATS JetStream, a stream in files, published asynchronously with a
 * message id for deduplication.  The server confirms what it has written,
 * not what it has flushed.  NATS_URL: where it listens.
 */
#include "tests/bench/drive.h"
#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <nats/nats.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STREAM "bench"
#define RING (4 * WINDOW)

/* The library calls back from a thread of its own: numbers go through RING. */
struct jet {
	natsConnection *nc;
	jsCtx *js;
	pthread_mutex_t lock;
	uint64_t ring[RING];
	size_t put, taken;
	int bell; /* eventfd */
};

static void
sure(natsStatus s, const char *what)
{
	if (s != NATS_OK)
		die(what, natsStatus_GetText(s));
}

static void
on_ack(jsCtx *js, natsMsg *msg, jsPubAck *pa, jsPubAckErr *pae, void *closure)
{
	struct jet *j = closure;
	const char *id = NULL;
	uint64_t n = 0, one = 1;

	(void)js;
	if (pae != NULL || pa == NULL || pa->Duplicate)
		die("jetstream", pae != NULL ? pae->ErrText : "no ack");
	sure(natsMsgHeader_Get(msg, "Nats-Msg-Id", &id), "header");
	must(event_number(str_of(id), &n));
	natsMsg_Destroy(msg);
	(void)pthread_mutex_lock(&j->lock);
	must(j->put - j->taken < RING);
	j->ring[j->put++ % RING] = n;
	(void)pthread_mutex_unlock(&j->lock);
	must(write(j->bell, &one, sizeof(one)) == sizeof(one));
}

static void
connect_nats(struct jet *j, bool paced)
{
	const char *url = getenv("NATS_URL");
	natsOptions *how = NULL;
	jsOptions o;

	if (url == NULL)
		die("jetstream", "NATS_URL is not set");
	sure(jsOptions_Init(&o), "options");
	/* WINDOW is kept by who calls; this is the library's own bound. */
	o.PublishAsync.MaxPending = (int64_t)RING / 2;
	o.PublishAsync.AckHandler = on_ack;
	o.PublishAsync.AckHandlerClosure = j;
	sure(natsOptions_Create(&how), "options");
	sure(natsOptions_SetURL(how, url), url);
	/* Else the library collects for a millisecond before it sends. */
	sure(natsOptions_SetSendAsap(how, paced), "options");
	sure(natsConnection_Connect(&j->nc, how), url);
	natsOptions_Destroy(how);
	sure(natsConnection_JetStream(&j->js, j->nc, &o), "jetstream");
}

static void
jet_close(void *client)
{
	struct jet *j = client;

	jsCtx_Destroy(j->js);
	natsConnection_Destroy(j->nc);
	(void)close(j->bell);
	free(j);
}

static void *
jet_open(bool paced)
{
	struct jet *j = xcalloc(1, sizeof(*j));

	j->bell = eventfd(0, EFD_NONBLOCK);
	must(j->bell >= 0 && pthread_mutex_init(&j->lock, NULL) == 0);
	connect_nats(j, paced);
	return j;
}

/* A new stream, with the two minutes of deduplication of every stream. */
static void
jet_prepare(void)
{
	struct jet *j = jet_open(true);
	const char *subjects[1] = { STREAM };
	jsStreamConfig config;

	(void)js_DeleteStream(j->js, STREAM, NULL, NULL);
	sure(jsStreamConfig_Init(&config), "stream");
	config.Name = STREAM;
	config.Subjects = subjects;
	config.SubjectsLen = 1;
	config.Storage = js_FileStorage;
	sure(js_AddStream(NULL, j->js, &config, NULL, NULL), "stream");
	jet_close(j);
}

static bool
jet_put(void *client, const struct bench_event *ev)
{
	struct jet *j = client;
	char id[64] = "";
	jsPubOptions o;

	must(ev->id.n < sizeof(id));
	memcpy(id, ev->id.p, ev->id.n);
	sure(jsPubOptions_Init(&o), "options");
	o.MsgId = id;
	sure(js_PublishAsync(j->js, STREAM, ev->body.p, (int)ev->body.n, &o),
	    "publish");
	return true;
}

static bool
jet_take(void *client, uint64_t *n)
{
	struct jet *j = client;
	bool any;

	(void)pthread_mutex_lock(&j->lock);
	any = j->taken < j->put;
	if (any)
		*n = j->ring[j->taken++ % RING];
	(void)pthread_mutex_unlock(&j->lock);
	return any;
}

static void
jet_wait(void *client, int64_t until_us)
{
	struct jet *j = client;
	uint64_t count;

	wait_fds(&j->bell, 1, until_us);
	(void)!read(j->bell, &count, sizeof(count));
}

static const struct contender jetstream = {
	.peer = "nats-jetstream",
	.prepare = jet_prepare,
	.open = jet_open,
	.close = jet_close,
	.put = jet_put,
	.take = jet_take,
	.wait = jet_wait,
};

int
main(int argc, char **argv)
{
	return drive(&jetstream, argc, argv);
}
