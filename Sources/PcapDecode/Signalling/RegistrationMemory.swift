import FaxCore
import FaxWire

/// A map that forgets the oldest half when it is full: two generations, the older one dropped whole. O(1) each.
struct GenerationalMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let half: Int

    init(limit: Int) {
        half = max(1, limit / 2)
    }

    func contains(_ key: Key) -> Bool { young[key] != nil || old[key] != nil }

    subscript(key: Key) -> Value? { young[key] ?? old[key] }

    mutating func insert(_ key: Key, _ value: Value) {
        if young.count >= half, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }

    var count: Int { young.count + old.count }
    var isEmpty: Bool { young.isEmpty && old.isEmpty }
}

/// Which addresses of record and which places have registered with success (RFC 3261 §10).
struct RegistrationMemory: Sendable {
    /// How many have been taken in.
    private(set) var taken = 0
    private var addresses: GenerationalMemory<String, Bool>
    private var places: GenerationalMemory<Endpoint, Bool>

    init(limit: Int) {
        addresses = GenerationalMemory(limit: limit)
        places = GenerationalMemory(limit: limit)
    }

    mutating func handle(_ message: SIPMessage, cseq: SIPCSeq, _ context: SIPContext) {
        guard let status = message.status, (200...299).contains(status), let to = message.to else { return }
        let address = to.address.plain
        let contacts = message.contacts
        // The 2xx lists the bindings that stand; none left means that the last one was taken away.
        if contacts.isEmpty {
            addresses.remove(address)
            places.remove(context.destination)
            return
        }
        taken += 1
        addresses.insert(address, true)
        // Behind a proxy the place is the proxy's, which speaks for many.
        if message.elements(.via).count == 1 { places.insert(context.destination, true) }
        for contact in contacts.prefix(8) {
            let uri = contact.address
            if let host = uri.host, let ip = IPAddress(host) { places.insert(Endpoint(ip, uri.port ?? 5060), true) }
        }
    }

    var isEmpty: Bool { addresses.isEmpty && places.isEmpty }

    func knows(_ address: String?, _ place: Endpoint?) -> Bool {
        if let address, addresses.contains(address) { return true }
        if let place, places.contains(place) { return true }
        return false
    }
}
