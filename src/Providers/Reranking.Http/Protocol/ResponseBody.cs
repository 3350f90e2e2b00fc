using System.Buffers;

namespace Reranking.Http.Protocol;

/// <summary>The body of a response, up to a length, in a pooled buffer.</summary>
internal sealed class ResponseBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private ResponseBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>Gets what was read.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Gets a value indicating whether the body was longer.</summary>
    public bool IsCut { get; private set; }

    public static async Task<ResponseBody> ReadAsync(HttpContent content, int maxLength, CancellationToken cancellationToken)
    {
        var body = new ResponseBody(Math.Min(maxLength, 16 * 1024));
        try
        {
            // A length that is announced and too long is not worth the first byte.
            body.IsCut = content.Headers.ContentLength > maxLength;
            if (!body.IsCut)
            {
                Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    await body.FillAsync(stream, maxLength, cancellationToken).ConfigureAwait(false);
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
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private async Task FillAsync(Stream stream, int maxLength, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                _buffer.CopyTo(larger.AsSpan());
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            int read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
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
}
