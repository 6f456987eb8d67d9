#include <errno.h>
#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavutil/avutil.h>
#include <libavutil/opt.h>
#include <libavutil/imgutils.h>
#include <libavutil/channel_layout.h>
#include <libswscale/swscale.h>
#include <libswresample/swresample.h>

// Swift does not import macros that compute or cast; these constants give them a type.

static const int lathe_error_again = AVERROR(EAGAIN);
static const int lathe_error_end = AVERROR_EOF;
static const int lathe_error_memory = AVERROR(ENOMEM);
static const int lathe_error_no_stream = AVERROR_STREAM_NOT_FOUND;
static const int lathe_error_no_codec = AVERROR_DECODER_NOT_FOUND;
static const int64_t lathe_no_timestamp = AV_NOPTS_VALUE;
