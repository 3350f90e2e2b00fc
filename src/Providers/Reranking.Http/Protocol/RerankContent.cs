using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reranking.Http.Protocol;

/// <summary>One request: the query and some documents of a call.</summary>
/// <param name="Query">The query.</param>
/// <param name="Documents">The documents of this request.</param>
/// <param name="AllDocuments">All documents of the call.</param>
/// <param name="Model">The model, or <see langword="null"/> for the server's own.</param>
/// <param name="Fields">The other fields.</param>
internal sealed record RerankRequest(
    string Query, IReadOnlyList<string> Documents, IReadOnlyList<string> AllDocuments, string? Model, RequestFields Fields)
{
    /// <summary>Gets the texts besides the query that a server may echo.</summary>
    public IEnumerable<string> Texts => AllDocuments.Concat(Fields.Texts);
}

/// <summary>The JSON of a request, written straight into the connection on every attempt: no copy of the documents is made.</summary>
internal sealed class RerankContent : HttpContent
{
    private const int FlushThreshold = 16 * 1024;

    // The texts are never part of a web page, and escaping other scripts than Latin would double their size.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly RerankDialect _dialect;
    private readonly RerankRequest _request;

    public RerankContent(RerankDialect dialect, RerankRequest request)
    {
        _dialect = dialect;
        _request = request;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var writer = new Utf8JsonWriter(stream, WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            WriteHead(writer);
            foreach (string document in _request.Documents)
            {
                WriteDocument(writer, document);
                if (writer.BytesPending >= FlushThreshold)
                {
                    await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            WriteTail(writer);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Not every server and gateway takes a request of unknown length, so the text is written once more, into nothing.
    protected override bool TryComputeLength(out long length)
    {
        var nothing = new Nothing();
        using (var writer = new Utf8JsonWriter(nothing, WriterOptions))
        {
            WriteHead(writer);
            foreach (string document in _request.Documents)
            {
                WriteDocument(writer, document);
                writer.Flush();
            }

            WriteTail(writer);
        }

        length = nothing.Length;
        return true;
    }

    private void WriteHead(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_dialect.ModelField is { } modelField && _request.Model is { } model)
        {
            writer.WriteString(modelField, model);
        }

        writer.WriteString("query", _request.Query);
        foreach ((string name, string json) in _request.Fields.Fields)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json);
        }

        if (_request.Fields.TopField is { } topField)
        {
            writer.WriteNumber(topField, _request.Documents.Count);
        }

        writer.WriteStartArray(_dialect.DocumentsField);
    }

    private void WriteDocument(Utf8JsonWriter writer, string document)
    {
        if (_dialect.DocumentTextField is { } textField)
        {
            writer.WriteStartObject();
            writer.WriteString(textField, document);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStringValue(document);
        }
    }

    private static void WriteTail(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Counts what is written and forgets it.</summary>
    private sealed class Nothing : IBufferWriter<byte>
    {
        private byte[] _buffer = new byte[FlushThreshold];

        public long Length { get; private set; }

        public void Advance(int count) => Length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (_buffer.Length < sizeHint)
            {
                _buffer = new byte[sizeHint];
            }

            return _buffer;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
