#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int clinux_allocate(int descriptor, int64_t offset, int64_t byte_count) {
    int status;
    do {
        status = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, byte_count);
    } while (status < 0 && errno == EINTR);
    return status < 0 ? -errno : 0;
}

int clinux_sync_file_system(int descriptor) { return syncfs(descriptor) < 0 ? -errno : 0; }

int clinux_check_writes(int descriptor) {
    return sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) < 0 ? -errno : 0;
}
