import FaxCore

/// Datagrams by time of arrival; those of one time in the order in which they were sent. A binary heap.
struct DeliveryQueue {
    struct Entry {
        var time: Instant
        var order: Int
        var datagram: SimulatedDatagram
        var sender: Int
        var receiver: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.time != right.time ? left.time < right.time : left.order < right.order
        }
    }

    private var heap: [Entry] = []
    private var nextOrder = 0

    var count: Int { heap.count }
    var nextTime: Instant? { heap.first?.time }

    mutating func add(_ datagram: SimulatedDatagram, sender: Int, receiver: Int, at time: Instant) {
        heap.append(Entry(time: time, order: nextOrder, datagram: datagram, sender: sender, receiver: receiver))
        nextOrder += 1
        rise(heap.count - 1)
    }

    /// The first one that is due, taken out.
    mutating func next(until now: Instant) -> Entry? {
        guard let first = heap.first, first.time <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func rise(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place] < heap[parent] else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
