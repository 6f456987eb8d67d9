#include <errno.h>
#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavutil/avutil.h>
#include <libavutil/opt.h>
#include <libavutil/imgutils.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libswscale/swscale.h>
#include <libswresample/swresample.h>

// Swift does not import macros that compute or cast; these constants give them a type.

static const int lathe_error_again = AVERROR(EAGAIN);
static const int lathe_error_end = AVERROR_EOF;
static const int lathe_error_memory = AVERROR(ENOMEM);
static const int lathe_error_no_stream = AVERROR_STREAM_NOT_FOUND;
static const int lathe_error_no_codec = AVERROR_DECODER_NOT_FOUND;
static const int64_t lathe_no_timestamp = AV_NOPTS_VALUE;

// By how many degrees, counter-clockwise, a container says that a stream's pictures are to be turned. Where it says so
// has moved with FFmpeg 6.1.
static inline double lathe_stream_turn(const AVStream *stream) {
    const uint8_t *matrix = NULL;
    size_t size = 0;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    const AVPacketSideData *data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    if (data) { matrix = data->data; size = data->size; }
#else
    matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
    if (!matrix || size < 9 * sizeof(int32_t)) return 0;
    return av_display_rotation_get((const int32_t *)matrix);
}
