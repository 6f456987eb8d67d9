#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>

int clinux_allocate(int descriptor, int64_t offset, int64_t byte_count) {
    int status;
    do {
        status = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, byte_count);
    } while (status < 0 && errno == EINTR);
    return status < 0 ? -errno : 0;
}
