using CsCheck;
using Reranking.Http.Protocol;

namespace Reranking.Http.Tests;

/// <summary>A body takes about as much memory as may be read of it, however long it is and whatever its header says.</summary>
public sealed class ResponseBodyTests
{
    private const int FirstBuffer = 16 * 1024;

    [Theory]
    [InlineData(0, 100, null)]
    [InlineData(100, 100, null)]
    [InlineData(101, 100, null)]
    [InlineData(FirstBuffer, FirstBuffer, null)]
    [InlineData(FirstBuffer + 1, FirstBuffer, null)]
    [InlineData(FirstBuffer, 5_000_000, (long)FirstBuffer)]
    [InlineData(3_000_000, 5_000_000, 3_000_000L)]
    [InlineData(3_000_000, 5_000_000, 1_000L)]     // longer than announced
    [InlineData(1_000, 5_000_000, 3_000_000L)]     // shorter
    [InlineData(5_000_000, 5_000_000, null)]
    [InlineData(5_000_001, 5_000_000, null)]
    [InlineData(9_000_000, 5_000_000, 1_000L)]
    public async Task ReadAsync_AnyLength_ReadsUpToTheLimitInAboutAsMuchMemory(int length, int limit, long? announced)
    {
        var stream = new RecordingStream(length, portion: 70_000);

        using ResponseBody body = await ResponseBody.ReadAsync(Content(stream, announced), limit, TestContext.Current.CancellationToken);

        AssertRead(body, stream, length, limit);
    }

    [Fact]
    public Task ReadAsync_AnyLengthsAndPortions_ReadsUpToTheLimitInAboutAsMuchMemory() =>
        Gen.Select(Gen.Int[0, 600_000], Gen.Int[1, 400_000], Gen.Int[1, 100_000]).SampleAsync(
            async (length, limit, portion) =>
            {
                var stream = new RecordingStream(length, portion);

                using ResponseBody body = await ResponseBody.ReadAsync(Content(stream, announced: null), limit, CancellationToken.None);

                AssertRead(body, stream, length, limit);
            },
            iter: 200);

    private static StreamContent Content(Stream stream, long? announced)
    {
        var content = new StreamContent(stream);
        content.Headers.ContentLength = announced;
        return content;
    }

    private static void AssertRead(ResponseBody body, RecordingStream stream, int length, int limit)
    {
        Assert.Equal(length > limit, body.IsCut);
        Assert.Equal(Math.Min(length, limit), body.Bytes.Length);
        for (int i = 0; i < body.Bytes.Length; i++)
        {
            if (body.Bytes.Span[i] != RecordingStream.At(i))
            {
                Assert.Fail($"Byte {i} is not the one that was sent.");
            }
        }

        // One byte more says whether the body is longer; and while a buffer is copied, both are there.
        Assert.All(stream.Capacities, capacity => Assert.InRange(capacity, 1, limit + 1));
        int[] buffers = [.. stream.Capacities.Distinct()];
        Assert.All(buffers.Zip(buffers.Skip(1)), pair => Assert.InRange(pair.First + pair.Second, 1, (1.25 * (limit + 1)) + FirstBuffer));
    }

    private sealed class RecordingStream(int length, int portion) : MemoryStream(Bytes(length), writable: false)
    {
        /// <summary>Gets the size of the buffer at each read.</summary>
        public List<int> Capacities { get; } = [];

        public override bool CanSeek => false;   // or the content would know its length

        public static byte At(int position) => (byte)(position * 31 >> 3);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Capacities.Add((int)Position + buffer.Length);
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, portion)], cancellationToken);
        }

        private static byte[] Bytes(int length)
        {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++)
            {
                bytes[i] = At(i);
            }

            return bytes;
        }
    }
}
