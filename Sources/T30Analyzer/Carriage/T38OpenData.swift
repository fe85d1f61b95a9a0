import FaxCore
import FaxWire

/// Data of one modem, since its first field.
struct T38OpenData {
    var since = T38Place()
    /// An indicator came before it, or may have been lost.
    var isAnnounced = false
    var isEmpty = true
    /// The stream begins with it: what came before is not known.
    var opensStream = false
    /// The capture cut a packet of it.
    var isCut = false
    /// The last whole frame was the final one of its turn (T.30 5.3.5).
    var isFinal = false
    var hasFrames = false
    /// The end of the last field with something in it.
    var until = Instant.zero
    /// Said already: the end of the signal is missing.
    var lacksEnd = false
    var frame: T38OpenFrame?
    var burst: T38OpenBurst?
}

/// An HDLC frame that grows.
struct T38OpenFrame {
    /// While it grows, as IFP has them: the first bit on the line is the most significant one.
    private(set) var octets: [UInt8] = []
    var since: T38Place
    var until: T38Place
    /// Packets are missing before its first octet.
    var mayLackBeginning: Bool
    var hasGap = false
    var isCut = false

    /// Goes on with what a packet brings; `false`: no frame is that long.
    @inline(__always)
    mutating func append(_ bytes: RawSpan, _ place: T38Place) -> Bool {
        until = place
        guard octets.count + bytes.byteCount <= Self.octetLimit else { return false }
        if octets.isEmpty { octets.reserveCapacity(Self.usualOctets) }
        octets.append(bytes)
        return true
    }

    /// The frame is over: its octets turn as T.30 has them.
    mutating func close() {
        // Eight at once: an ECM page is made of a hundred thousand of them.
        octets.withUnsafeMutableBytes { octets in
            var place = 0
            while place + 8 <= octets.count {
                let word = octets.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                octets.storeBytes(of: word.bitReversedOctets, toByteOffset: place, as: UInt64.self)
                place += 8
            }
            while place < octets.count {
                octets[place] = octets[place].bitReversed
                place += 1
            }
        }
    }

    /// An ECM frame of 256 octets with its headers.
    private static let usualOctets = 260

    /// Octets of one HDLC frame; ECM frames have 260, T.30 commands below 300.
    private static let octetLimit = 4_096

    /// Address and control field stand where a frame begins: nothing of it was lost before them. To be asked of a closed
    /// frame, as what follows.
    var beginsWhole: Bool {
        octets.count >= 2 && octets[0] == 0xFF && (octets[1] == 0x03 || octets[1] == 0x13)
    }

    var isFinal: Bool { octets.count >= 3 && octets[1] & 0x10 != 0 }

    /// A command or response of T.30, no piece of a page.
    var isCommand: Bool {
        guard octets.count >= 3, beginsWhole, let signal = FacsimileControl.named(octets[2])?.signal
        else { return false }
        return signal != .fcd && signal != .rcp
    }
}

/// TCF or a page that grows.
struct T38OpenBurst {
    var octets: [UInt8] = []
    var since: T38Place
    var until: T38Place
    var gaps: [Int] = []
    var marks: [LineBurst.Mark] = []

    mutating func append(_ bytes: RawSpan, _ place: T38Place) {
        marks.append(LineBurst.Mark(offset: octets.count, frame: place.frame, time: place.time))
        octets.append(bytes)
    }
}
