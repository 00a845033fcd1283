#include "cli/place.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sockets get a short directory: a unix socket's path holds 107 bytes. */
int
place_find(struct place *p)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[13], real[PATH_MAX];

	p->root = cli_root();
	p->var = cli_var();
	if (p->root == NULL) {
		cli_say("cannot tell where I am installed");
		return EXIT_CONNECT;
	}
	if (mkdir(p->var, 0755) != 0 && errno != EEXIST) {
		cli_say("%s: %s", p->var, strerror(errno));
		return EXIT_CONNECT;
	}
	if (realpath(p->var, real) == NULL)
		return EXIT_CONNECT;
	(void)crypto_hash_sha256(
	    hash, (const unsigned char *)real, strlen(real));
	(void)sodium_bin2hex(hex, sizeof(hex), hash, 6);
	(void)snprintf(p->sockets, sizeof(p->sockets), "/tmp/huying-%u-%s",
	    (unsigned)geteuid(), hex);
	(void)snprintf(p->data, sizeof(p->data), "%s/pg", p->var);
	(void)snprintf(p->keys, sizeof(p->keys), "%s/keys", p->var);
	(void)snprintf(p->curve, sizeof(p->curve), "%s/curve", p->keys);
	(void)snprintf(p->dsn, sizeof(p->dsn),
	    "host=%s dbname=huying user=huying", p->sockets);
	return -1;
}

const char *
place_below(const char *dir, const char *name, char path[PLACE_PATH])
{
	(void)snprintf(path, PATH_MAX + 32, "%s/%s", dir, name);
	return path;
}

int
place_write_env(const struct place *p, const char *name, const char *q)
{
	char path[PLACE_PATH];
	FILE *f = fopen(place_below(p->var, name, path), "w");

	if (f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return EXIT_CONNECT;
	}
	(void)fprintf(f, "HUYING_DB=%s%s%s\n", q, p->dsn, q);
	(void)fprintf(f, "HUYING_RUN=%s%s%s\n", q, p->sockets, q);
	(void)fprintf(
	    f, "HUYING_INTAKE_KEY=%s%s/intake.key%s\n", q, p->keys, q);
	(void)fprintf(
	    f, "HUYING_INTAKE_PUBLIC_KEY=%s%s/intake.pub%s\n", q, p->keys, q);
	(void)fprintf(f, "HUYING_VAULT_KEY=%s%s/vault.key%s\n", q, p->keys, q);
	if (p->tcp[0] != '\0') {
		static const char *const doors[] = { "HUYING_PUBLISH_TCP",
			"HUYING_LIVE_TCP", "HUYING_LOG_TCP",
			"HUYING_RING_TCP" };

		(void)fprintf(f, "HUYING_TCP=%s%s%s\n", q, p->tcp, q);
		(void)fprintf(
		    f, "HUYING_BUS_KEY=%s%s/bus.key%s\n", q, p->curve, q);
		for (size_t i = 0; i < ARRAY_LEN(doors); i++)
			if (getenv(doors[i]) != NULL)
				(void)fprintf(f, "%s=%s%s%s\n", doors[i], q,
				    getenv(doors[i]), q);
	}
	return fclose(f) == 0 ? -1 : EXIT_CONNECT;
}

void
place_read_tcp(const struct place *p, char *tcp, size_t cap)
{
	char path[PLACE_PATH], line[1024];
	FILE *f = fopen(place_below(p->var, "env", path), "r");

	tcp[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "HUYING_TCP=", 11) == 0)
			(void)snprintf(tcp, cap, "%.*s",
			    (int)strcspn(line + 11, "\n"), line + 11);
	if (f != NULL)
		(void)fclose(f);
}
