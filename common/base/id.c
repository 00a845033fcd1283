#include "common/base/id.h"

#include "common/base/clock.h"

#include <sodium.h>
#include <stdio.h>

void
id_hash(struct str bytes, unsigned char hash[HASH_LEN])
{
	(void)crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
}

const char *
id_hex(const unsigned char hash[HASH_LEN], char text[HASH_TEXT])
{
	return sodium_bin2hex(text, HASH_TEXT, hash, HASH_LEN);
}

static const char *
uuid_text(unsigned char u[16], unsigned char version, char text[ID_TEXT])
{
	char hex[33];

	u[6] = (unsigned char)((u[6] & 0x0fu) | (unsigned)version << 4);
	u[8] = (unsigned char)((u[8] & 0x3fu) | 0x80u);
	(void)sodium_bin2hex(hex, sizeof(hex), u, 16);
	(void)snprintf(text, ID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
	return text;
}

const char *
id_new(char text[ID_TEXT])
{
	unsigned char u[16];
	int64_t now = clock_wall_ms();

	randombytes_buf(u, sizeof(u));
	for (int i = 0; i < 6; i++)
		u[i] = (unsigned char)(now >> (40 - 8 * i));
	return uuid_text(u, 7, text);
}

const char *
id_derived(const struct str *parts, size_t n, char text[ID_TEXT])
{
	crypto_hash_sha256_state st;
	unsigned char hash[HASH_LEN];

	(void)crypto_hash_sha256_init(&st);
	for (size_t i = 0; i < n; i++) {
		(void)crypto_hash_sha256_update(
		    &st, (const unsigned char *)parts[i].p, parts[i].n);
		(void)crypto_hash_sha256_update(
		    &st, (const unsigned char *)"", 1);
	}
	(void)crypto_hash_sha256_final(&st, hash);
	return uuid_text(hash, 8, text);
}
