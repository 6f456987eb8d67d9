// Encodes raw 4:2:0 pictures as VP9 with two spatial and two temporal layers, with the settings of WebRTC's senders.
// make.py builds it with libvpx; one picture after the other comes in, and for each layer of each goes out:
// spatial layer (1), temporal layer (1), length (4, big-endian), bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

static vpx_codec_ctx_t encoder;

static void put(vpx_codec_cx_pkt_t *packet, void *unused) {
    vpx_svc_layer_id_t id;
    size_t size = packet->data.frame.sz;
    memset(&id, 0, sizeof id);
    vpx_codec_control(&encoder, VP9E_GET_SVC_LAYER_ID, &id);
    putchar(id.spatial_layer_id);
    putchar(id.temporal_layer_id);
    for (int shift = 24; shift >= 0; shift -= 8) putchar(size >> shift & 255);
    fwrite(packet->data.frame.buf, 1, size, stdout);
}

// Width, height, key-only prediction between layers (2) or not (0), 1 if both layers are of one size.
int main(int count, char **arguments) {
    if (count != 5) return 2;
    int width = atoi(arguments[1]), height = atoi(arguments[2]), equal = atoi(arguments[4]);
    vpx_codec_enc_cfg_t c;
    vpx_svc_extra_cfg_t layers;
    vpx_codec_priv_output_cx_pkt_cb_pair_t callback = {put, NULL};
    vpx_image_t picture;

    vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &c, 0);
    c.g_w = width, c.g_h = height, c.g_timebase.num = 1, c.g_timebase.den = 90000, c.g_threads = 1;
    c.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT, c.g_lag_in_frames = 0;
    c.rc_end_usage = VPX_CBR, c.rc_target_bitrate = 60, c.rc_min_quantizer = 40, c.rc_max_quantizer = 63;
    c.rc_buf_initial_sz = 500, c.rc_buf_optimal_sz = 600, c.rc_buf_sz = 1000, c.kf_max_dist = 3000;
    c.ss_number_layers = 2, c.ts_number_layers = 2;
    c.ts_rate_decimator[0] = 2, c.ts_rate_decimator[1] = 1;
    c.temporal_layering_mode = VP9E_TEMPORAL_LAYERING_MODE_0101;
    memset(&layers, 0, sizeof layers);
    for (int s = 0; s < 2; s++) {
        // Quantizers are counted by spatial and temporal layer.
        for (int t = 0; t < 2; t++) layers.max_quantizers[2 * s + t] = 63, layers.min_quantizers[2 * s + t] = 40;
        layers.speed_per_layer[s] = 7;
        layers.scaling_factor_num[s] = 1, layers.scaling_factor_den[s] = s == 1 || equal ? 1 : 2;
        c.ss_target_bitrate[s] = 20 + 20 * s;
        c.layer_target_bitrate[2 * s] = 12 + 12 * s, c.layer_target_bitrate[2 * s + 1] = 20 + 20 * s;
    }
    c.ts_target_bitrate[0] = 36, c.ts_target_bitrate[1] = 60;
    if (vpx_codec_enc_init(&encoder, vpx_codec_vp9_cx(), &c, 0)) return 1;
    vpx_codec_control(&encoder, VP8E_SET_CPUUSED, 7);
    vpx_codec_control(&encoder, VP9E_SET_SVC, 1);
    vpx_codec_control(&encoder, VP9E_SET_SVC_PARAMETERS, &layers);
    vpx_codec_control(&encoder, VP9E_SET_SVC_INTER_LAYER_PRED, atoi(arguments[3]));
    vpx_codec_control(&encoder, VP9E_REGISTER_CX_CALLBACK, &callback);
    vpx_img_alloc(&picture, VPX_IMG_FMT_I420, width, height, 1);
    for (int frame = 0;; frame++) {
        for (int plane = 0; plane < 3; plane++) {
            size_t columns = plane ? width / 2 : width, rows = plane ? height / 2 : height;
            for (size_t y = 0; y < rows; y++) {
                unsigned char *row = picture.planes[plane] + y * picture.stride[plane];
                if (fread(row, 1, columns, stdin) != columns) return 0;
            }
        }
        int flags = frame % 20 == 0 ? VPX_EFLAG_FORCE_KF : 0;
        if (vpx_codec_encode(&encoder, &picture, frame * 3000, 3000, flags, VPX_DL_REALTIME)) return 1;
    }
}
