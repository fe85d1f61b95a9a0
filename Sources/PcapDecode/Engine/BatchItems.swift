/// The items of a batch: a list for what every packet adds and nobody else holds. (To an array, each would be added with a
/// call that asks who holds it.)
struct BatchItems: ~Copyable, @unchecked Sendable {
    typealias Item = PacketBatch.Item

    private var first: UnsafeMutablePointer<Item>
    private var capacity = 512
    private(set) var count = 0

    init() { first = .allocate(capacity: capacity) }

    deinit { first.deallocate() }

    var isEmpty: Bool { count == 0 }

    var span: Span<Item> {
        @_lifetime(borrow self)
        get {
            let span = Span(_unsafeStart: first, count: count)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    @inline(__always)
    mutating func append(_ item: Item) {
        if count == capacity { grow() }
        (first + count).initialize(to: item)
        count &+= 1
    }

    /// Empties the list and keeps its memory.
    mutating func removeAll() { count = 0 }

    /// Where an item will stand, some after the last one. Nothing may be read there.
    @inline(__always)
    func place(after items: Int) -> UnsafeRawPointer { UnsafeRawPointer(first + (count &+ items)) }

    @inline(never)
    private mutating func grow() {
        let more = UnsafeMutablePointer<Item>.allocate(capacity: 2 * capacity)
        more.moveInitialize(from: first, count: count)
        first.deallocate()
        first = more
        capacity *= 2
    }
}
