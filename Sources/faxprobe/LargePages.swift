import CHeap

/// The heap in pages of 2 MiB. What is known of the calls that are open lies scattered, and each packet needs other places
/// of it: with fewer pages, there are fewer to be brought in and to be looked up. `reports/bench.md` tells what it gives.
enum LargePages {
    /// Address space, not memory: a page counts when it is first written.
    private static let room: Int32 = 64 << 20

    /// To be called once, on the first thread, before much is read. Where the system has no such pages all goes on
    /// without.
    static func useForHeap() { _ = faxprobe_heap_in_large_pages(room) }
}
