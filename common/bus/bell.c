#include "common/bus/bell.h"

#include "common/bus/socket.h"

#include <stdlib.h>

struct bell {
	zsock_t *push;
};

enum rc
bell_open(struct bell **bp, const char *endpoint, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_PUSH, SOCKET_CONNECT, 2, 1,
		1024, 100 };
	struct bell *b = xcalloc(1, sizeof(*b));
	enum rc rc = socket_open(&b->push, &opts, endpoint, e);

	if (rc != RC_OK) {
		free(b);
		return rc;
	}
	*bp = b;
	return RC_OK;
}

void
bell_ring(struct bell *b)
{
	struct str nothing = { "", 0 };

	(void)socket_send(b->push, &nothing, 1);
}

void
bell_close(struct bell **bp)
{
	if (*bp == NULL)
		return;
	zsock_destroy(&(*bp)->push);
	free(*bp);
	*bp = NULL;
}
