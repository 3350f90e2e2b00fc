using System.Buffers;

namespace Reranking.Http.Protocol;

/// <summary>The body of a response, up to a length.</summary>
/// <remarks>
/// It takes about as much memory as may be read: at most a quarter more, while the buffer grows. Small buffers are pooled; larger ones have exactly their size,
/// because the pool would round it up to a power of two and keep them.
/// </remarks>
internal sealed class ResponseBody : IDisposable
{
    private const int FirstSize = 16 * 1024;
    private const int LargestPooled = 128 * 1024;

    private byte[] _buffer;
    private int _size;   // how much of the buffer is used at most
    private int _length;

    private ResponseBody(int size) => (_buffer, _size) = (Rent(size), size);

    /// <summary>Gets what was read.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Gets a value indicating whether the body was longer.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <param name="content">The content of the response.</param>
    /// <param name="maxLength">How many bytes are read at most, from 0 to 1 GiB.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<ResponseBody> ReadAsync(HttpContent content, int maxLength, CancellationToken cancellationToken)
    {
        var body = new ResponseBody(Math.Min(maxLength + 1, FirstSize));
        try
        {
            // A length that is announced and too long is not worth the first byte.
            long? announced = content.Headers.ContentLength;
            body.IsCut = announced > maxLength;
            if (!body.IsCut)
            {
                Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    await body.FillAsync(stream, (int)(announced ?? maxLength), maxLength, cancellationToken).ConfigureAwait(false);
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Return(_buffer);
        (_buffer, _size, _length) = ([], 0, 0);
    }

    private static byte[] Rent(int size) => size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task FillAsync(Stream stream, int expectedLength, int maxLength, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _size)
            {
                Grow(_length <= expectedLength ? expectedLength : maxLength);
            }

            int read = await stream.ReadAsync(_buffer.AsMemory(_length, _size - _length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length > maxLength)
            {
                _length = maxLength;
                IsCut = true;
                return;
            }
        }
    }

    // One byte more than there may be shows whether there are more. The last step is to all of them, so that the two buffers together never take much more.
    private void Grow(int maxLength)
    {
        int largest = maxLength + 1;
        int size = _size > largest / 8 ? largest : _size * 2;
        byte[] larger = Rent(size);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        Return(_buffer);
        (_buffer, _size) = (larger, size);
    }
}
