import WebRTC
extension TrackID { var encoding: Int { 0 } }
