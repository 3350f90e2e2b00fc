using System.Collections.Concurrent;
using Reranking.Http.Protocol;
using Reranking.Http.Transport;

namespace Reranking.Http.Scoring;

/// <summary>
/// The requests of one call and what they returned. One that is too large is sent again in parts, until only the documents that are too long are left.
/// </summary>
internal sealed class SplitCall(
    RerankClient client,
    OversizedDocuments oversized,
    string query,
    IReadOnlyList<string> documents,
    string? model,
    RequestFields fields,
    RequestDeadline deadline)
{
    private const int MaxCuts = 8;   // to less than a hundredth of the document
    private const int MaxPieces = 16;

    private readonly ConcurrentQueue<RerankResponse> _responses = new();
    private readonly string[] _texts = [.. documents];   // as they are sent
    private int _shortestRefused = int.MaxValue;
    private int _longestAccepted;

    /// <summary>Gets the scores by the position of the document; NaN for those that could not be scored.</summary>
    public double[] RawScores { get; } = [.. Enumerable.Repeat(double.NaN, documents.Count)];

    public bool[] IsTruncated { get; } = new bool[documents.Count];

    public Range?[] BestWindows { get; } = new Range?[documents.Count];

    public IEnumerable<RerankResponse> Responses => _responses;

    /// <summary>Gets the refusal of a document that was left unscored, or <see langword="null"/> if there is none.</summary>
    public RelevanceScoringException? Refused { get; private set; }

    /// <summary>Scores the documents at some positions, in one request or, if that is too large, in as many as it takes.</summary>
    /// <exception cref="NothingAcceptedException">The API has accepted nothing yet, and refuses the shortest of these documents too.</exception>
    public async Task SendAsync(int[] positions, CancellationToken cancellationToken)
    {
        if (oversized == OversizedDocuments.Shorten)
        {
            ShortenLike(positions);
        }

        var scores = new double[positions.Length];
        if (await TrySendAsync([.. positions.Select(position => _texts[position])], scores, cancellationToken).ConfigureAwait(false) is not { } refusal)
        {
            for (int i = 0; i < positions.Length; i++)
            {
                RawScores[positions[i]] = scores[i];
            }
        }
        else if (oversized == OversizedDocuments.Fail)
        {
            throw refusal;
        }
        else if (positions.Length == 1)
        {
            Refused = refusal;
            await SendOversizedAsync(positions[0], cancellationToken).ConfigureAwait(false);
            if (_responses.IsEmpty)
            {
                // The shortest document goes first: if not even a piece of it is taken, it may not be the documents.
                throw new NothingAcceptedException(refusal);
            }
        }
        else
        {
            // Which one is too long no API says, or it is only their sum.
            (int[] shorter, int[] longer) = Parts(positions);
            await SendAsync(shorter, cancellationToken).ConfigureAwait(false);
            await SendAsync(longer, cancellationToken).ConfigureAwait(false);
        }
    }

    // Those that are much longer than the others are the likely ones.
    private (int[] Shorter, int[] Longer) Parts(int[] positions)
    {
        int[] byLength = [.. positions.OrderBy(position => _texts[position].Length)];
        int longest = _texts[byLength[^1]].Length;
        int split = Math.Max(byLength.Length / 2, Array.FindIndex(byLength, position => _texts[position].Length > longest / 2));
        return (byLength[..split], byLength[split..]);
    }

    // What is as long as one that was refused need not be refused first. Lengths are not tokens, so what was accepted can be longer than that.
    private void ShortenLike(int[] positions)
    {
        int accepted = _longestAccepted;
        int shortest = Math.Max(_shortestRefused, accepted + 1);
        foreach (int position in positions.Where(position => accepted > 0 && _texts[position].Length >= shortest))
        {
            _texts[position] = _texts[position][..End(_texts[position], accepted)];
            IsTruncated[position] = true;
        }
    }

    private async Task SendOversizedAsync(int position, CancellationToken cancellationToken)
    {
        string text = _texts[position];
        for (int cuts = 0; cuts < MaxCuts && oversized != OversizedDocuments.LeaveUnscored && text.Length > 1; cuts++)
        {
            int refused = text.Length;
            text = text[..Middle(text)];
            var score = new double[1];
            if (await TrySendAsync([text], score, cancellationToken).ConfigureAwait(false) is null)
            {
                (RawScores[position], IsTruncated[position]) = (score[0], true);

                // Only now: of a document that is refused at every length, the length says nothing.
                (_shortestRefused, _longestAccepted) = (Math.Min(_shortestRefused, refused), text.Length);
                if (oversized == OversizedDocuments.Split)
                {
                    await SendRestAsync(position, text.Length, cancellationToken).ConfigureAwait(false);
                }

                return;
            }
        }
    }

    // The relevance of a document is that of its best piece, and the first is known.
    private async Task SendRestAsync(int position, int length, CancellationToken cancellationToken)
    {
        string text = _texts[position];
        List<Range> pieces = [];
        for (int start = length; start < text.Length;)
        {
            int end = text.Length - start <= length ? text.Length : Math.Max(start + 1, End(text, start + length));
            pieces.Add(start..end);
            start = end;
        }

        (double Score, Range Window) best = (RawScores[position], 0..length);
        foreach (int[] part in Enumerable.Range(0, pieces.Count).Chunk(MaxPieces))
        {
            var scores = new double[part.Length];
            string[] texts = [.. part.Select(piece => text[pieces[piece]])];
            if (await TrySendAsync(texts, scores, cancellationToken).ConfigureAwait(false) is not null)
            {
                return;   // then the document was read up to here, as if it had been shortened
            }

            foreach ((int piece, double score) in part.Zip(scores))
            {
                best = double.IsNaN(best.Score) || score > best.Score ? (score, pieces[piece]) : best;
            }
        }

        (RawScores[position], BestWindows[position], IsTruncated[position]) = (best.Score, best.Window, false);
    }

    // At a blank shortly before the middle, if there is one.
    private static int Middle(string text)
    {
        int middle = text.Length / 2;
        int blank = text.AsSpan(0, middle).LastIndexOfAny(" \n\t");
        return blank > middle * 3 / 4 ? blank : Math.Max(1, End(text, middle));
    }

    // Never inside a character.
    private static int End(string text, int end) => end > 1 && char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;

    private async Task<RelevanceScoringException?> TrySendAsync(string[] texts, double[] scores, CancellationToken cancellationToken)
    {
        try
        {
            var request = new RerankRequest(query, texts, documents, model, fields);
            _responses.Enqueue(await client.SendAsync(request, scores, deadline, cancellationToken).ConfigureAwait(false));
            return null;
        }
        catch (OversizedRequestException exception)
        {
            return exception.Failure;
        }
    }
}

/// <summary>An API refused the shortest document of a request before it accepted any other one of the call.</summary>
/// <param name="failure">What the call fails with if nothing else is accepted.</param>
internal sealed class NothingAcceptedException(RelevanceScoringException failure) : Exception
{
    public RelevanceScoringException Failure => failure;
}
