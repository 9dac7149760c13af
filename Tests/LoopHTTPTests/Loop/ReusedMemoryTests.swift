import Testing

@testable import LoopHTTP

@Suite struct ReusedMemoryTests {
  @Test(arguments: [0, 1, 5, 100], [0, 1, 5, 100]) func aReplacedArrayIsTheNewOne(old: Int, new: Int) {
    var array = [UInt8](repeating: 1, count: old)
    let kept = array
    array.replace(copying: [UInt8](repeating: 2, count: new).span)
    #expect(array == [UInt8](repeating: 2, count: new))
    #expect(kept == [UInt8](repeating: 1, count: old))
  }

  @Test func aReusedArrayHasOnlyWhatWasAppendedSince() {
    var array = ReusableArray<Int>()
    for element in 1...3 { array.append(element) }
    let kept = array
    array.removeAll()
    #expect(Array(array) == [])
    array.append(4)
    #expect(Array(array) == [4])
    for element in 5...8 { array.append(element) }
    #expect(Array(array) == [4, 5, 6, 7, 8])
    #expect(Array(kept) == [1, 2, 3])
  }
}
