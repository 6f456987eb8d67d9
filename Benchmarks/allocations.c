// Counts a process's allocations into a file that others may read while it runs.
//
// Loaded by LD_PRELOAD. The file named by ALLOCATIONS_FILE holds one 64-bit count for each slot, a cache
// line apart; a thread takes a slot with its first allocation, so that counting costs a few nanoseconds
// and threads do not wait for each other.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOT_COUNT = 4096, SLOT_STRIDE = 8 };

// glibc's own names for what is replaced here; they need no search, which would itself allocate.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static uint64_t early[SLOT_STRIDE];  // counts until the file is mapped, and nobody reads these
static uint64_t *slots;
static uint32_t next_slot;
static __thread uint64_t *mine __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void map_file(void) {
    const char *path = getenv("ALLOCATIONS_FILE");
    if (path == NULL) return;
    size_t size = SLOT_COUNT * SLOT_STRIDE * sizeof(uint64_t);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    void *room = ftruncate(file, (off_t)size) == 0
        ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    if (room != MAP_FAILED) __atomic_store_n(&slots, room, __ATOMIC_RELEASE);
}

static inline void count(void) {
    if (mine == NULL) {
        uint64_t *all = __atomic_load_n(&slots, __ATOMIC_ACQUIRE);
        if (all == NULL) {
            __atomic_fetch_add(early, 1, __ATOMIC_RELAXED);
            return;
        }
        // More threads than slots share them, hence the atomic addition below.
        mine = all + (__atomic_fetch_add(&next_slot, 1, __ATOMIC_RELAXED) % SLOT_COUNT) * SLOT_STRIDE;
    }
    __atomic_fetch_add(mine, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t many, size_t size) {
    count();
    return __libc_calloc(many, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    count();
    void *room = __libc_memalign(alignment, size);
    if (room == NULL) return ENOMEM;
    *result = room;
    return 0;
}
