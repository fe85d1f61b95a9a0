import FaxCore
import FaxWire

/// Reads the blocks of a pcapng file.
struct PcapngBlocks {
    /// One interface of the current section.
    private struct Interface {
        var linkType: LinkType
        var clock: PcapngClock
        var snapshotLength: UInt32
    }

    private var order = ByteOrder.little
    private var interfaces: [Interface] = []
    /// Interfaces of the sections before.
    private var earlierInterfaces: UInt32 = 0
    /// Those of all sections so far, as ``FrameHeader/interface`` counts them, without their names.
    private(set) var allInterfaces: [PcapngInterface] = []
    private var lastTime = Instant.zero
    private var isAtEnd = false

    @inline(__always)
    mutating func next(_ window: inout FrameWindow) -> FrameHeader? {
        window.moveOn()
        while !isAtEnd, window.source.fill(8) {
            let header = PcapngBlockHeader(
                RawSpan(_unsafeStart: window.source.pointer, byteCount: 8), at: 0, order: order)
            if header.type == PcapngBlockType.enhancedPacket, header.totalLength >= 32, header.isSound,
                window.source.fill(header.totalLength)
            {
                if let frame = enhancedPacket(header.totalLength, &window) { return frame }
                window.moveOn()
            } else if let frame = other(header, &window) {
                return frame
            }
        }
        return end(&window)
    }

    private mutating func end(_ window: inout FrameWindow) -> FrameHeader? {
        let left = window.source.available
        if left > 0, !isAtEnd {
            window.warn("the file is cut off inside a block header: \(left) octets are left of it")
        }
        isAtEnd = true
        return nil
    }

    // MARK: Packets

    /// The block stands whole in the window.
    ///
    ///     type, length | interface u32 | time high u32 | time low u32 | captured u32 | original u32 | frame | options
    @inline(__always)
    private mutating func enhancedPacket(_ length: Int, _ window: inout FrameWindow) -> FrameHeader? {
        let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
        guard block.u32(length &- 4, order) == UInt32(truncatingIfNeeded: length) else {
            return otherTrailer(length, isPacket: true, &window)
        }
        let ticks = UInt64(block.u32(12, order)) << 32 | UInt64(block.u32(16, order))
        return packet(
            interface: Int(block.u32(8, order)), ticks: ticks, captured: Int(block.u32(20, order)),
            original: Int(block.u32(24, order)), offset: 28, blockLength: length, &window)
    }

    /// A frame at `offset` of a block that stands whole in the window.
    @inline(__always)
    private mutating func packet(
        interface: Int, ticks: UInt64?, captured: Int, original: Int, offset: Int, blockLength: Int,
        _ window: inout FrameWindow
    ) -> FrameHeader? {
        let room = blockLength &- offset &- 4
        guard captured <= room, captured <= CaptureReader.Limit.frameOctets, interface < interfaces.count else {
            return badPacket(interface, captured, room, blockLength, &window)
        }
        let from = interfaces[interface]
        if let ticks { lastTime = from.clock.instant(ticks) }
        let optionsAt = offset &+ (captured &+ 3) & ~3
        let ref = window.take(offset: offset, length: captured, recordLength: blockLength)
        if optionsAt &+ 8 <= blockLength {
            let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: blockLength)
            PcapngBlocks.keepComments(block.extracting(optionsAt..<blockLength - 4), order, ref, &window.comments)
        }
        return FrameHeader(
            ref: ref, time: lastTime, linkType: from.linkType,
            interface: earlierInterfaces &+ UInt32(truncatingIfNeeded: interface), capturedLength: captured,
            originalLength: max(captured, original))
    }

    /// A packet block that cannot be read still is a frame of the file: it counts.
    private mutating func badPacket(
        _ interface: Int, _ captured: Int, _ room: Int, _ blockLength: Int, _ window: inout FrameWindow
    ) -> FrameHeader? {
        window.warn(
            interface < interfaces.count
                ? "the frame claims \(captured) octets, its block has room for \(room)"
                : "the frame names interface \(interface), the section has \(interfaces.count)")
        _ = window.take(offset: 0, length: 0, recordLength: blockLength)
        return nil
    }

    private mutating func obsoletePacket(_ length: Int, _ window: inout FrameWindow) -> FrameHeader? {
        let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
        let ticks = UInt64(block.u32(12, order)) << 32 | UInt64(block.u32(16, order))
        return packet(
            interface: Int(block.u16(8, order)), ticks: ticks, captured: Int(block.u32(20, order)),
            original: Int(block.u32(24, order)), offset: 28, blockLength: length, &window)
    }

    /// Has no captured length of its own: it is the smallest of original length, snapshot length and room.
    private mutating func simplePacket(_ length: Int, _ window: inout FrameWindow) -> FrameHeader? {
        let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
        let original = Int(block.u32(8, order))
        let snapshot = interfaces.first.map { $0.snapshotLength == 0 ? Int.max : Int($0.snapshotLength) } ?? .max
        window.warn("a simple packet block has no time stamp; the frame takes that of the one before")
        return packet(
            interface: 0, ticks: nil, captured: min(original, snapshot, length - 16), original: original, offset: 12,
            blockLength: length, &window)
    }

    // MARK: Other blocks

    /// Any block but a sound enhanced packet. Returns a frame, or `nil` after moving on (or setting `isAtEnd`).
    private mutating func other(_ header: PcapngBlockHeader, _ window: inout FrameWindow) -> FrameHeader? {
        if header.type == PcapngBlockType.sectionHeader {
            startSection(&window)
            return nil
        }
        let length = header.totalLength
        guard header.isSound, length <= ByteSource.Limit.window, window.source.fill(length) else {
            passLarge(header, &window)
            return nil
        }
        let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
        guard block.u32(length - 4, order) == UInt32(length) else {
            let isPacket = [PcapngBlockType.packet, PcapngBlockType.simplePacket].contains(header.type)
            _ = otherTrailer(length, isPacket: isPacket, &window)
            window.moveOn()
            return nil
        }
        var frame: FrameHeader?
        switch header.type {
        case PcapngBlockType.interface: addInterface(block.extracting(8..<length - 4), &window)
        case PcapngBlockType.packet where length >= 32: frame = obsoletePacket(length, &window)
        case PcapngBlockType.simplePacket where length >= 16: frame = simplePacket(length, &window)
        case PcapngBlockType.packet, PcapngBlockType.simplePacket, PcapngBlockType.enhancedPacket:
            frame = badPacket(0, 0, length - PcapngBlockHeader.smallest, length, &window)
        default: window.pass(length)
        }
        if frame == nil { window.moveOn() }
        return frame
    }

    private mutating func startSection(_ window: inout FrameWindow) {
        guard window.source.fill(PcapngSection.length) else {
            window.warn("the file is cut off inside a section header")
            return stop(&window)
        }
        do throws(DecodeFailure) {
            let section = try PcapngSection(
                RawSpan(_unsafeStart: window.source.pointer, byteCount: PcapngSection.length))
            order = section.order
            earlierInterfaces &+= UInt32(interfaces.count)
            interfaces = []
            if section.major != 1 { window.warn("pcapng version \(section.major) is not known; read as version 1") }
            let length = section.totalLength
            guard length >= PcapngSection.length + 4, length & 3 == 0, length <= ByteSource.Limit.window,
                window.source.fill(length)
            else {
                window.warn("the section header claims \(length) octets")
                return findBlock(&window)
            }
            let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
            PcapngBlocks.keepComments(
                block.extracting(PcapngSection.length..<length - 4), order, nil, &window.comments)
            window.pass(length)
        } catch {
            window.warn("\(error.field) \(error.reasonText)")
            findBlock(&window)
        }
    }

    private mutating func addInterface(_ body: RawSpan, _ window: inout FrameWindow) {
        let length = body.byteCount + PcapngBlockHeader.smallest
        do throws(DecodeFailure) {
            let interface = try PcapngInterface(body: body, order: order)
            if interfaces.count < CaptureReader.Limit.interfaces {
                interfaces.append(
                    Interface(
                        linkType: interface.linkType, clock: interface.clock, snapshotLength: interface.snapshotLength))
                allInterfaces.append(
                    PcapngInterface(
                        linkType: interface.linkType, snapshotLength: interface.snapshotLength, clock: interface.clock))
                window.see(interface.linkType)
            } else {
                window.warn("more than \(CaptureReader.Limit.interfaces) interfaces in a section")
            }
            PcapngBlocks.keepComments(body.extracting(8...), order, nil, &window.comments)
        } catch {
            window.warn("interface description \(error.reasonText)")
        }
        window.pass(length)
    }

    private static func keepComments(
        _ octets: RawSpan, _ order: ByteOrder, _ frame: FrameRef?, _ comments: inout [CaptureComment]
    ) {
        var options = PcapngOptions(octets, order: order)
        while comments.count < CaptureReader.Limit.comments, let option = options.next() {
            guard option.code == PcapngOptions.Code.comment else { continue }
            let kept = option.range.prefix(CaptureReader.Limit.commentOctets)
            let value = octets.extracting(kept)
            comments.append(CaptureComment(frame: frame, text: String(decoding: value.copied(), as: UTF8.self)))
        }
    }

    // MARK: Damage

    /// A block longer than the window, or one whose length cannot be.
    private mutating func passLarge(_ header: PcapngBlockHeader, _ window: inout FrameWindow) {
        let length = header.totalLength
        if header.isSound, length > ByteSource.Limit.window, window.source.holdsBlock(length, order) {
            window.warn("a block of type \(header.type) with \(length) octets is passed over")
            window.pass(length)
            return
        }
        let left = window.source.size.map { Int($0) - window.source.position } ?? window.source.available
        if header.isSound, length > left {
            window.warn("a block of type \(header.type) claims \(length) octets, \(left) are left")
        } else {
            window.warn("a block of type \(header.type) claims \(length) octets")
        }
        findBlock(&window)
    }

    /// The length at the end of the block differs from that at its start: the frame is lost. What follows decides where
    /// reading goes on.
    private mutating func otherTrailer(
        _ length: Int, isPacket: Bool, _ window: inout FrameWindow
    ) -> FrameHeader? {
        window.warn("the two lengths of a block differ (\(length) at its start)")
        if window.source.fill(length + 8) {
            let behind = PcapngBlockHeader(
                RawSpan(_unsafeStart: window.source.pointer, byteCount: length + 8), at: length, order: order)
            if behind.isSound, PcapngBlockType.isFamiliar(behind.type), behind.totalLength <= ByteSource.Limit.window {
                if isPacket { _ = window.take(offset: 0, length: 0, recordLength: length) } else { window.pass(length) }
                return nil
            }
        }
        findBlock(&window)
        return nil
    }

    /// Looks for the next whole block of a familiar type after damage.
    private mutating func findBlock(_ window: inout FrameWindow) {
        var passed = 0
        while passed < CaptureReader.Limit.searchOctets, window.source.fill(4 + PcapngBlockHeader.smallest) {
            window.pass(4)
            passed += 4
            if isBlock(&window) {
                window.warn("reading goes on after \(passed) octets that were passed over")
                return
            }
        }
        stop(&window)
    }

    private func isBlock(_ window: inout FrameWindow) -> Bool {
        let header = PcapngBlockHeader(RawSpan(_unsafeStart: window.source.pointer, byteCount: 8), at: 0, order: order)
        if header.type == PcapngBlockType.sectionHeader {
            guard window.source.fill(16) else { return false }
            return (try? PcapngSection(RawSpan(_unsafeStart: window.source.pointer, byteCount: 16))) != nil
        }
        let length = header.totalLength
        guard PcapngBlockType.isFamiliar(header.type), header.isSound, length <= CaptureReader.Limit.searchBlockOctets,
            window.source.fill(length)
        else { return false }
        let block = RawSpan(_unsafeStart: window.source.pointer, byteCount: length)
        return block.u32(length - 4, order) == UInt32(length)
    }

    private mutating func stop(_ window: inout FrameWindow) {
        isAtEnd = true
        window.pass(window.source.available)
    }
}
