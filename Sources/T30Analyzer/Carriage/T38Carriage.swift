import FaxCore
import FaxProtocol
import PcapDecode

/// From the IFP packets of a call's T.38 streams to what was on the line.
enum T38Carriage {
    static func read(_ streams: [MediaStream]) -> LineRecord {
        var record = LineRecord()
        for index in streams.indices {
            guard let log = streams[index].t38 else { continue }
            let isCut = streams[index].quirks.contains { $0.name == UDPTLStatistics.Quirk.truncated.rawValue }
            var reader = T38StreamReader(
                stream: index, party: streams[index].direction, form: log.form, isCut: isCut)
            reader.read(log)
            if record.events.isEmpty { record.events = reader.events } else { record.events += reader.events }
            record.quirks += reader.quirks.list
            record.unreadable += reader.unreadable
            record.ifpSignals += reader.signals
        }
        return record
    }
}
