/// A disk that is slow, fills up or refuses, for a process that has this loaded before the C library (LD_PRELOAD).
///
/// FAILING_DISK names a file that says what the disk is like now: any of the letters s (syncs take 4 s), f (every second a
/// megabyte less is free, of a gigabyte), p (the plain streams beside films are refused: no space left) and r (films are, too).
/// The program under test is none the wiser: it makes the calls that it always makes, and what comes back is what a disk like
/// this gives.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static int is(char mood) {
    const char *path = getenv("FAILING_DISK");
    char moods[16] = {0};
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t count = read(file, moods, sizeof moods - 1);
    close(file);
    return count > 0 && strchr(moods, mood) != NULL;
}

/// Whether what a descriptor writes is refused, whatever the file is called while it is hidden.
static int is_refused(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    int is_plain = strstr(path, ".h264") != NULL || strstr(path, ".aac") != NULL;
    return (is_plain && (is('p') || is('r'))) || (strstr(path, ".mp4") != NULL && is('r'));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t (*next)(int, const void *, size_t, off_t) =
        (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
    if (is_refused(descriptor)) {
        errno = ENOSPC;
        return -1;
    }
    return next(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t (*next)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (is_refused(descriptor)) {
        errno = ENOSPC;
        return -1;
    }
    return next(descriptor, bytes, count);
}

int fdatasync(int descriptor) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (is('s')) sleep(4);
    return next(descriptor);
}

/// Many files are synced at once.
int syncfs(int descriptor) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "syncfs");
    if (is('s')) sleep(4);
    return next(descriptor);
}

int statvfs(const char *path, struct statvfs *status) {
    static time_t begun;
    int (*next)(const char *, struct statvfs *) = (int (*)(const char *, struct statvfs *))dlsym(RTLD_NEXT, "statvfs");
    int result = next(path, status);
    if (result == 0 && is('f')) {
        if (begun == 0) begun = time(NULL);
        status->f_bavail = status->f_bfree = ((1 << 30) - ((time(NULL) - begun) << 20)) / status->f_frsize;
    }
    return result;
}
