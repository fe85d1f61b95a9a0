import FaxReport

// What devices say, as JSON; `null`: they do not say.
extension ATAIdentity {
    public var document: JSONValue {
        .object([
            .init("vendor", .string(vendor)), .init("model", .string(model)), .init("family", .string(family.rawValue)),
            .init("firmware", .optional(firmware)), .init("hardware", .optional(hardware)),
            .init("serial_number", .optional(serialNumber)), .init("mac_address", .optional(macAddress)),
        ])
    }
}

extension ATAStatus {
    public var document: JSONValue {
        .object([
            .init("identity", identity?.document ?? .null), .init("uptime", .optional(uptime)),
            .init("external_address", .optional(externalAddress)), .init("lines", .array(lines.map(\.document))),
        ])
    }
}

extension ATAStatus.Line {
    public var document: JSONValue {
        .object([
            .init("line", .integer(number)), .init("hook", .optional(hook)),
            .init("registration", .optional(registration)), .init("registered", .optional(isRegistered)),
            .init("next_registration_s", .optional(nextRegistration)), .init("calls", .array(calls.map(\.document))),
        ])
    }
}

extension ATAStatus.Call {
    public var document: JSONValue {
        .object([
            .init("call", .integer(number)), .init("state", .optional(state)), .init("encoder", .optional(encoder)),
            .init("decoder", .optional(decoder)), .init("fax", .optional(isFax)),
            .init("direction", .optional(direction)), .init("peer", .optional(peerNumber)),
            .init("duration", .optional(duration)), .init("packets_sent", .optional(packetsSent)),
            .init("packets_received", .optional(packetsReceived)), .init("packets_lost", .optional(packetsLost)),
            .init("packet_errors", .optional(packetErrors)), .init("decode_latency_ms", .optional(decodeLatencyMs)),
            .init("jitter_ms", .optional(jitterMs)), .init("round_trip_ms", .optional(roundTripMs)),
        ])
    }

    /// Something goes on in this place.
    public var isActive: Bool { state.map { $0.lowercased() != "idle" } ?? false }

    /// Such as `Connected G711u fax, 512 packets received, 12 lost, jitter 30 ms`.
    public var text: String {
        var parts = [state ?? "unknown"]
        if let encoder { parts.append(encoder) }
        if isFax == true { parts.append("fax") }
        var figures: [String] = []
        if let packetsSent { figures.append("\(packetsSent) packets sent") }
        if let packetsReceived { figures.append("\(packetsReceived) received") }
        if let packetsLost { figures.append("\(packetsLost) lost") }
        if let jitterMs { figures.append("jitter \(jitterMs) ms") }
        let head = TerminalText.harmless(parts.joined(separator: " "))
        return ([head] + figures).joined(separator: ", ")
    }
}
