#include "tests/lib/room.h"

#include "common/base/base.h"

#define FACTOR 64
#define OWN ((size_t)256 * 1024)

/* Of the sanitizers' runtime; not there in other builds. */
typedef void on_malloc(const volatile void *p, size_t n);
typedef void on_free(const volatile void *p);
size_t __sanitizer_get_allocated_size(const volatile void *p)
    __attribute__((weak));
int __sanitizer_install_malloc_and_free_hooks(on_malloc *m, on_free *f)
    __attribute__((weak));

static struct {
	bool installed;
	bool on;
	size_t held;
	size_t bound;
} room;

static void
took(const volatile void *p, size_t n)
{
	(void)p;
	if (!room.on)
		return;
	room.held += n;
	if (room.held > room.bound) {
		room.on = false;
		never("it takes more than 64 times its input");
	}
}

static void
gave(const volatile void *p)
{
	size_t n;

	if (!room.on || p == NULL)
		return;
	n = __sanitizer_get_allocated_size(p);
	room.held -= n < room.held ? n : room.held;
}

void
room_begin(size_t input)
{
	if (!room.installed &&
	    __sanitizer_install_malloc_and_free_hooks != NULL)
		(void)__sanitizer_install_malloc_and_free_hooks(took, gave);
	room.installed = true;
	room.held = 0;
	room.bound = FACTOR * input + OWN;
	room.on = true;
}

void
room_end(void)
{
	room.on = false;
}
