extension Outage {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let (duration, moment) = try value.pair("@")
        self.init(try OptionValue.positive(duration), at: try Moment(moment))
    }

    var text: String { Quantity.text(duration) + start.text }
}

extension Moment {
    /// A time (`12.5s`) or an event with its number and what is added: `TCF`, `page#2`, `DCS+75ms`.
    init(_ text: Substring) throws(NetworkSpecError) {
        if text.first?.isNumber == true {
            self = .time(try Quantity.duration(text))
            return
        }
        var name = text
        var offset = Duration.zero
        var occurrence = 1
        if let plus = name.firstIndex(of: "+") {
            offset = try Quantity.duration(name[name.index(after: plus)...])
            name = name[..<plus]
        }
        if let hash = name.firstIndex(of: "#") {
            occurrence = try OptionValue.integer(name[name.index(after: hash)...], in: 1...1000)
            name = name[..<hash]
        }
        guard let event = CallEvent.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            let known = CallEvent.allCases.map(\.rawValue).joined(separator: ", ")
            throw NetworkSpecError(
                value: String(text), problem: "is neither a time such as 12.5s nor an event of a call (\(known))")
        }
        self = .event(event, occurrence: occurrence, offset: offset)
    }

    /// `@page`.
    init(blockAt value: OptionValue) throws(NetworkSpecError) {
        guard value.text.hasPrefix("@") else { throw value.error }
        try self.init(value.text.dropFirst())
    }

    var text: String {
        switch self {
        case .time(let time): return "@" + Quantity.text(time)
        case .event(let event, let occurrence, let offset):
            var text = "@" + event.rawValue
            if occurrence != 1 { text += "#\(occurrence)" }
            if offset > .zero { text += "+" + Quantity.text(offset) }
            return text
        }
    }
}
