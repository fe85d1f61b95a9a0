import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode

/// The IFP packets of one T.38 stream, each in a few words: what it says, when it came, and how.
struct IFPTrace {
    struct Item {
        enum Content {
            case indicator(T38Indicator)
            /// Octets of all fields; whether the signal ends in it.
            case data(T38DataType, octets: Int, ends: Bool)
            case unreadable
        }

        var sequence: Int
        var time: Instant
        var frame: FrameRef
        var origin: T38Log.Origin
        /// Octets of the packet.
        var length: Int
        var content: Content
    }

    let items: [Item]

    init(_ log: T38Log) {
        let bytes = log.octets.span.bytes
        items = log.entries.map { entry in
            let content = Self.content(bytes.extracting(entry.offset..<entry.offset + entry.length), log.form)
            return Item(
                sequence: entry.sequence, time: entry.time, frame: entry.frame, origin: entry.origin,
                length: entry.length, content: content)
        }
    }

    private static func content(_ bytes: RawSpan, _ form: IFPForm) -> Item.Content {
        let first = content(bytes, form, .bits)
        guard form == .v2002, case .unreadable = first else { return first }
        return content(bytes, form, .octets)
    }

    private static func content(_ bytes: RawSpan, _ form: IFPForm, _ alignment: IFPCursor.Alignment) -> Item.Content {
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form, alignment: alignment)
            guard case .data(let type) = cursor.head else {
                if case .indicator(let indicator) = cursor.head { return .indicator(indicator) }
                return .unreadable
            }
            var octets = 0
            var ends = false
            while let field = try cursor.next(bytes) {
                octets += field.octets?.count ?? 0
                if field.type.endsSignal { ends = true }
            }
            return .data(type, octets: octets, ends: ends)
        } catch {
            return .unreadable
        }
    }
}

extension IFPTrace.Item {
    /// By which senders choose how many copies go along.
    var category: UDPTLSender.Category {
        switch content {
        case .indicator, .unreadable: .indicator
        case .data(.v21, let octets, let ends): ends && octets == 0 ? .controlEnd : .controlData
        case .data(_, let octets, let ends): ends && octets == 0 ? .imageEnd : .imageData
        }
    }
}
