import FaxCore
import FaxWire
import PcapDecode

/// T.38 that comes in order and whole: over TCP (T.38 Annex B) and in RTP (RFC 4612).
struct T38StreamMask {
    private var reader = LineOctetReader()
    private let octets: [UInt8]
    private let form: IFPForm
    private(set) var pages = 0
    private(set) var identFrames = 0

    init(_ octets: [UInt8], form: IFPForm) {
        self.octets = octets
        self.form = form
    }

    mutating func packet(_ place: Range<Int>) {
        let octets = octets
        reader.packet(octets.span.bytes, at: place, form: form)
    }

    mutating func gap() { reader.gap() }

    mutating func masked(_ names: Pseudonyms, stream: Int, zeroing rest: [Range<Int>] = []) -> [UInt8] {
        reader.finish()
        var mask = LineMask(octets, names, stream: stream)
        for line in reader.found { mask.take(line) }
        mask.finish(zeroing: reader.unread + rest)
        pages = mask.pages
        identFrames = mask.identFrames
        return mask.octets
    }

    /// A connection: packets in TPKT (RFC 1006 §6), or one after the other.
    static func tcp(_ octets: [UInt8], form: IFPForm) -> (mask: T38StreamMask, rest: [Range<Int>]) {
        var mask = T38StreamMask(octets, form: form)
        var place = 0
        let hasTPKT = octets.starts(with: [3, 0])
        while place < octets.count {
            if hasTPKT {
                guard octets.count - place >= 4, octets[place] == 3 else { break }
                let length = Int(octets[place + 2]) << 8 | Int(octets[place + 3])
                guard length >= 4, length <= octets.count - place else { break }
                mask.packet(place + 4..<place + length)
                place += length
            } else {
                guard let length = mask.length(at: place), length > 0 else { break }
                mask.packet(place..<place + length)
                place += length
            }
        }
        return (mask, place < octets.count ? [place..<octets.count] : [])
    }

    private func length(at place: Int) -> Int? {
        let bytes = octets.span.bytes.extracting(place..<octets.count)
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form)
            while try cursor.next(bytes) != nil {}
            return cursor.end
        } catch {
            return nil
        }
    }
}
