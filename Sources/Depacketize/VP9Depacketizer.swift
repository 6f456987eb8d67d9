import Bytes
import Codecs

/// The rules of VP9's payload format (RFC 9628 §4), and how the spatial layers of a picture become one frame.
///
/// Layers that are missing, or refer to what is, are left out as long as another is left. Of those that stay, all but
/// the highest are hidden, and an index tells where each begins: decision 13 says why.
struct VP9Depacketizer: Sendable {
    /// Whether a layer of the last picture had to be left out, which only a keyframe brings back.
    private(set) var lacksLayers = false

    /// The frames of the picture in hand that are whole, lowest layer first.
    private var layers: [Layer] = []
    private var open: Layer?
    private var isPictureOpen = false
    private var isPictureDamaged = false
    private var references = VP9ReferenceTracker()
    private var sizes = VP9.SlotSizes()
    /// Where frames are put together anew.
    private var reshaped: [UInt8] = []
    private var sizesInReshaped: [Int] = []

    /// One spatial layer of a picture.
    private struct Layer {
        var descriptor: VP9Descriptor
        var dependencies: FrameDependencies?
        var range: Range<Int>
        var header: VP9.FrameHeader?
        var isClean = false
    }

    /// Adds what one packet carries to the frame.
    mutating func push(
        _ payload: Span<UInt8>, dependencies: FrameDependencies?, into assembly: inout FrameAssembly
    ) {
        settleLoss(in: &assembly)
        if !isPictureOpen { references.beginPicture(followsLoss: assembly.followsLoss) }
        isPictureOpen = true
        guard let descriptor = VP9Descriptor(payload), descriptor.byteCount < payload.count else {
            return assembly.markMalformed()
        }
        if descriptor.startsFrame {
            closeLayer(in: assembly)
            let start = assembly.bytes.count
            open = Layer(descriptor: descriptor, dependencies: dependencies, range: start..<start)
            if let structure = descriptor.structure {
                references.receive(structure: payload, in: structure, of: descriptor)
            }
        }
        // What continues a layer whose beginning is missing is missing with it.
        guard let open, open.descriptor.spatialLayer == descriptor.spatialLayer else {
            return assembly.markIncomplete()
        }
        assembly.append(payload, in: descriptor.byteCount..<payload.count)
        if descriptor.endsFrame, !assembly.isBroken { closeLayer(in: assembly) }
    }

    /// Ends the frame; returns whether it was handed out clean.
    mutating func finishFrame(of assembly: inout FrameAssembly, _ tracker: inout DependencyTracker) -> Bool {
        settleLoss(in: &assembly)
        closeLayer(in: assembly)
        defer { reset() }
        for index in layers.indices { judgeLayer(index, assembly, &tracker) }
        let hasClean = layers.contains { $0.isClean }
        lacksLayers = isPictureDamaged || layers.contains { !$0.isClean }
        if hasClean { layers.removeAll { !$0.isClean } }
        let isKeyframe = hasClean && layers.first?.header?.isKeyframe == true
        if isKeyframe, !isPictureDamaged { references.endWholeKeyframe() }
        if layers.isEmpty { assembly.markIncomplete() } else { reshape(&assembly) }
        assembly.finish(isKeyframe: isKeyframe, isBroken: !hasClean)
        return hasClean
    }

    private mutating func reset() {
        layers.removeAll(keepingCapacity: true)
        open = nil
        (isPictureOpen, isPictureDamaged) = (false, false)
    }
}

extension VP9Depacketizer {
    /// Gives up the layer in hand if part of it is missing; the layers below it stay.
    private mutating func settleLoss(in assembly: inout FrameAssembly) {
        guard isPictureOpen, assembly.isBroken else { return }
        assembly.salvage(layers.last?.range.upperBound ?? 0)
        references.noteLoss()
        isPictureDamaged = true
        open = nil
    }

    private mutating func closeLayer(in assembly: FrameAssembly) {
        guard var layer = open else { return }
        open = nil
        layer.range = layer.range.lowerBound..<assembly.bytes.count
        if layers.count < VP9.largestSuperframeCount, !layer.range.isEmpty { layers.append(layer) }
    }

    private mutating func judgeLayer(_ index: Int, _ assembly: FrameAssembly, _ tracker: inout DependencyTracker) {
        let frame = assembly.bytes.span.extracting(layers[index].range)
        guard let header = try? VP9.FrameHeader(parsing: frame) else { return }
        layers[index].header = header
        let dependencies = layers[index].dependencies
        let isProven = dependencies.map { tracker.areReferencesClean(of: $0) } ?? false
        layers[index].isClean = references.isClean(
            layers[index].descriptor, isKeyframe: header.isKeyframe, isProvenClean: isProven)
        if layers[index].isClean, let dependencies { tracker.noteClean(dependencies) }
    }

    /// Leaves out what was dropped, hides all but the last, and tells where each begins.
    private mutating func reshape(_ assembly: inout FrameAssembly) {
        guard layers.count > 1 else {
            if let layer = layers.first { noteSize(layer) }
            if let range = layers.first?.range, range.count < assembly.bytes.count {
                assembly.reshape { bytes in
                    bytes.removeSubrange(range.upperBound...)
                    bytes.removeSubrange(..<range.lowerBound)
                }
            }
            return
        }
        reshaped.removeAll(keepingCapacity: true)
        sizesInReshaped.removeAll(keepingCapacity: true)
        for (index, layer) in layers.enumerated() {
            let start = reshaped.count
            let frame = assembly.bytes.span.extracting(layer.range)
            let size = noteSize(layer)
            let isHidden = index + 1 < layers.count && isHidable(size, before: layers[index + 1])
            if !isHidden || !hide(frame, size) { reshaped.append(copying: frame) }
            sizesInReshaped.append(reshaped.count - start)
        }
        VP9.appendSuperframeIndex(sizes: sizesInReshaped, to: &reshaped)
        assembly.reshape { swap(&$0, &reshaped) }
    }

    private mutating func hide(_ frame: Span<UInt8>, _ size: PictureSize?) -> Bool {
        guard let size else { return false }
        return VP9.appendHidden(frame, size: size, to: &reshaped)
    }

    /// Whether hiding a frame leaves the next one as it is: whether that takes no motion from it.
    private func isHidable(_ size: PictureSize?, before next: Layer) -> Bool {
        guard let header = next.header, let size else { return false }
        return header.isErrorResilient || header.isKeyframe || header.isIntraOnly || sizes.size(of: header) != size
    }

    @discardableResult
    private mutating func noteSize(_ layer: Layer) -> PictureSize? { layer.header.flatMap { sizes.receive($0) } }
}
