import Codecs
import Pattern

/// Draws the pattern's pictures as a camera codes them that is held in some way.
final class Easel {
    /// As the pictures are coded.
    let size: PictureSize
    let rotation: Rotation
    /// The last picture drawn, as it is to be coded.
    private(set) var coded: Picture
    private let painter: PatternPainter
    /// The last picture drawn, as it is to be seen, if that is another.
    private var upright: Picture?

    init(_ size: PictureSize, rotation: Rotation, _ settings: PatternSettings) {
        self.size = size
        self.rotation = rotation
        coded = Picture(width: size.width, height: size.height)
        let isSideways = rotation == .quarter || rotation == .threeQuarters
        let (width, height) = isSideways ? (size.height, size.width) : (size.width, size.height)
        upright = rotation == .none ? nil : Picture(width: width, height: height)
        var painter = PatternPainter(
            width: width, height: height, framesPerSecond: settings.framesPerSecond, tag: settings.tag)
        painter.noiseAmplitude = settings.noiseAmplitude
        self.painter = painter
    }

    /// Draws the picture of one number.
    func draw(_ number: UInt32) {
        guard var picture = upright.take() else {
            painter.draw(number, into: &coded)
            return
        }
        painter.draw(number, into: &picture)
        picture.copy(heldBy: rotation, into: &coded)
        upright = picture
    }
}
