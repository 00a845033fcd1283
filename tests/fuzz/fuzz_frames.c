/*
 * Any messages of any frames at publish and at log: each publish gets one
 * answer, all answers are sound, and no reader gets what it has no credit for.
 * The loop of the bus is the real one; sockets and journal are in here.
 */
#include "common/base/log.h"
#include "common/msg/wire.h"
#include "services/bus/sub.h"

#include <stdlib.h>

#define EVENTS 40
#define MESSAGES_MAX 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bus *bus;
static struct str rest; /* what was not read yet */
static zsock_t *asked;  /* whose turn it is */
static size_t n_left;   /* messages that may still come */
static size_t n_pubs;   /* answers that are owed */
static struct client someone = { .local = true };

/* A byte of the input; 0 when it is used up. */
static unsigned char
take_byte(void)
{
	unsigned char c = rest.n > 0 ? (unsigned char)rest.p[0] : 0;

	rest = str_cut(rest, rest.n > 0, rest.n);
	return c;
}

static void
put_frame(struct frames *f, struct str s)
{
	if (f->n < FRAMES_MAX) {
		must(zmq_msg_init_size(&f->msg[f->n], s.n) == 0);
		if (s.n > 0)
			memcpy(zmq_msg_data(&f->msg[f->n]), s.p, s.n);
	}
	f->n++;
}

/* A word that is one, or bytes; so that the way in is found quickly. */
static struct str
take_piece(void)
{
	static const char *const words[] = { "PUB", "HELLO", "PING", "OPEN",
		"CREDIT", "CURSOR", "CLOSE", "1", "open", "sealed", "a", "b" };
	size_t n = take_byte();
	struct str piece;

	if (n >= 0xf0)
		return str_of(
		    words[n - 0xf0 < ARRAY_LEN(words) ? n - 0xf0 : 0]);
	if (n >= 0xc0) /* a long one */
		n = (n - 0xc0) << 8 | take_byte();
	piece = str_cut(rest, 0, n);
	rest = str_cut(rest, piece.n, rest.n);
	return piece;
}

/* --- instead of sockets --- */

bool
frames_receive(zsock_t *s, struct frames *f)
{
	size_t n;

	f->n = 0;
	if (s != asked || n_left == 0 || rest.n == 0)
		return false;
	n_left--;
	put_frame(f, STR("someone"));
	n = take_byte() % (FRAMES_MAX + 4);
	for (size_t i = 0; i < n; i++)
		put_frame(f, take_piece());
	n_pubs += s == bus->publish;
	return true;
}

struct str
frames_user(struct frames *f, size_t i)
{
	(void)f;
	(void)i;
	return STR("local");
}

static bool
is_one_of(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

bool
socket_send(zsock_t *s, const struct str *parts, size_t n)
{
	static const char *const published[] = { "NAK", "UNKNOWN", "READY",
		"PONG" };
	static const char *const logged[] = { "BEGIN", "EVENT", "HEARTBEAT",
		"END", "ERR", "PONG" };
	bool pub = s == bus->publish;
	struct wire_fault fault;

	must(n >= 2 && str_is(parts[0], "someone"));
	must(pub ? is_one_of(parts[1], published, ARRAY_LEN(published))
		 : is_one_of(parts[1], logged, ARRAY_LEN(logged)));
	if (!str_is(parts[1], "PONG"))
		must(wire_check(
		    parts[str_is(parts[1], "EVENT") ? 3 : n - 1], &fault));
	must(!pub || n_pubs > 0);
	n_pubs -= pub;
	return true;
}

struct client *
access_find(struct access *a, struct str user)
{
	(void)a;
	must(str_is(user, "local"));
	return &someone;
}

/* --- instead of the journal --- */

bool
store_alive(const struct bus *b)
{
	return b != NULL;
}

bool
db_alive(const struct db *db)
{
	return db == NULL;
}

void
db_rollback(struct db *db)
{
	must(db == NULL);
}

enum rc
append_send(struct bus *b, struct batch *t, struct err *e)
{
	must(b->filling == t && t->n <= PUBLISH_BATCH);
	for (size_t i = 0; i < t->n; i++)
		must(t->entries[i].refused ||
		     (t->entries[i].event.body.n > 0 &&
			 t->entries[i].event.digest.n == HASH_LEN));
	return err_set(e, RC_RETRY, "no journal");
}

enum rc
store_range(struct bus *b, int64_t after, int64_t until, int64_t limit,
    struct str casefile, struct rows **found, struct err *e)
{
	must(b != NULL && after <= until && limit > 0 && casefile.n < 64);
	*found = NULL;
	return err_set(e, RC_RETRY, "no journal");
}

enum rc
store_seq_at(struct bus *b, int64_t at, int64_t *seq, struct err *e)
{
	must(b != NULL && e != NULL);
	*seq = at % EVENTS < 0 ? 0 : at % EVENTS;
	return RC_OK;
}

enum rc
store_reader(struct bus *b, struct str client, struct str name, int64_t *seq,
    int64_t *epoch, struct err *e)
{
	must(b != NULL && client.n > 0 && name.n > 0);
	*seq = 3;
	*epoch = 1;
	return str_is(name, "a") ? RC_OK : err_set(e, RC_GONE, "nobody");
}

enum rc
store_save_reader(struct bus *b, struct str client, struct str name,
    int64_t seq, struct err *e)
{
	must(e != NULL && client.n > 0 && name.n > 0);
	must(seq >= 0 && seq <= b->head);
	return RC_OK;
}

/* --- the world --- */

static void
set_up(void)
{
	struct window_event ev = { .epoch = 2,
		.topic = STR("call.raised/330122109"),
		.subject = STR("330122-26-0000417"),
		.envelope = STR("\x80") };

	log_init("fuzz", LEVEL_ERROR);
	someone.name = STR("local");
	bus = xcalloc(1, sizeof(*bus));
	for (size_t i = 0; i < ARRAY_LEN(bus->batches); i++)
		bus->batches[i].arena = arena_new((size_t)64 << 20);
	bus->filling = &bus->batches[0];
	bus->registry = registry_new();
	/* Nobody looks into them. */
	bus->publish = (zsock_t *)(void *)&bus->publish;
	bus->log = (zsock_t *)(void *)&bus->log;
	bus->window = window_new(64, (size_t)1 << 20);
	bus->epoch = 2;
	bus->epoch_from = 30;
	bus->first = 2;
	bus->head = EVENTS;
	for (ev.seq = 2; ev.seq <= EVENTS; ev.seq++) {
		ev.at = ev.seq * 1000;
		window_put(bus->window, &ev);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (bus == NULL)
		set_up();
	rest = (struct str){ (const char *)data, size };
	while (rest.n > 0) {
		asked = take_byte() % 2 == 0 ? bus->publish : bus->log;
		n_left = MESSAGES_MAX;
		n_pubs = 0;
		if (asked == bus->publish)
			publish_turn(bus);
		else
			log_turn(bus);
		must(n_pubs == 0 && bus->filling->n == 0);
		must(bus->n_subs <= SUBS_MAX);
	}
	log_close(bus);
	return 0;
}
