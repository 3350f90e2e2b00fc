namespace Reranking.Http.Protocol;

/// <summary>JSON as servers in Python write it: with <c>NaN</c> and <c>Infinity</c>, which are not JSON.</summary>
internal static class LenientJson
{
    private static readonly byte[] NotANumber = "NaN"u8.ToArray();
    private static readonly byte[] Infinity = "Infinity"u8.ToArray();

    /// <summary>Returns JSON that can be parsed: null for NaN, and a number too large for infinities; or the same bytes if they have neither.</summary>
    public static ReadOnlyMemory<byte> Strict(ReadOnlyMemory<byte> json)
    {
        ReadOnlySpan<byte> rest = json.Span;
        if (rest.IndexOf(NotANumber) < 0 && rest.IndexOf(Infinity) < 0)
        {
            return json;
        }

        List<byte> strict = new(json.Length + 16);
        bool isText = false;
        while (!rest.IsEmpty)
        {
            int taken = 1;
            ReadOnlySpan<byte> written = rest[..1];
            if (isText && rest[0] == '\\' && rest.Length > 1)
            {
                taken = 2;
                written = rest[..2];
            }
            else if (rest[0] == '"')
            {
                isText = !isText;
            }
            else if (!isText && rest.StartsWith(NotANumber))
            {
                taken = NotANumber.Length;
                written = "null"u8;
            }
            else if (!isText && rest.StartsWith(Infinity))
            {
                taken = Infinity.Length;
                written = "1e999"u8;
            }

            strict.AddRange(written);
            rest = rest[taken..];
        }

        return strict.ToArray();
    }
}
