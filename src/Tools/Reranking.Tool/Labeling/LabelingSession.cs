using System.Globalization;

namespace Reranking.Tool.Labeling;

/// <summary>How far labeling is.</summary>
internal sealed record LabelingProgress
{
    public required string Metric { get; init; }

    public required int QueryCount { get; init; }

    public required int LabeledQueries { get; init; }

    public required int JudgedDocuments { get; init; }

    public PairedComparison? Comparison { get; init; }

    /// <summary>Gets half of the interval's width when it was first worth the name.</summary>
    public double? FirstHalfWidth { get; init; }

    /// <summary>Gets how many queries were labeled then.</summary>
    public int FirstQueryCount { get; init; }

    public double? ExpectedHalfWidth { get; init; }
}

/// <summary>Asks a person about two passages at a time, as long as there is something to ask.</summary>
/// <param name="plan">What to ask.</param>
/// <param name="keys">Where the answers come from.</param>
/// <param name="view">Where the questions are shown.</param>
/// <param name="save">Saves the judgments; is called after each answer.</param>
internal sealed class LabelingSession(
    LabelingPlan plan, IKeySource keys, LabelingView view, Action<IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>> save)
{
    /// <summary>The interval of fewer queries says nothing, so nothing is held against it.</summary>
    private const int LeastQueries = 5;

    private double? _firstHalfWidth;
    private int _firstQueryCount;

    /// <summary>Gets how many questions were answered.</summary>
    public int AnsweredCount { get; private set; }

    /// <summary>Asks until nothing is left, or the person quits.</summary>
    /// <returns>How far it is.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled; the answers so far are saved.</exception>
    public async Task<LabelingProgress> RunAsync(CancellationToken cancellationToken)
    {
        LabelingProgress progress = Measure();
        if (progress.JudgedDocuments > 0)
        {
            view.Progress(progress);
        }

        int number = 0;
        while (plan.Next() is { } question)
        {
            number++;
            bool isSwapped = IsSwapped(question.Query.Id);
            (EvaluationDocument? left, EvaluationDocument? right) = isSwapped ? (question.Second, question.First) : (question.First, question.Second);
            view.Ask(number, plan.OpenQueryCount, question.Query.Text, left?.Text, right?.Text);
            switch (await ReadAsync(left is not null, right is not null, cancellationToken).ConfigureAwait(false))
            {
                case 'q':
                    return progress;
                case 's':
                    plan.Skip(question);
                    continue;
                case var key:
                    plan.Judge(question, Answer(key, isSwapped));
                    break;
            }

            save(plan.Judgments);
            AnsweredCount++;
            progress = Measure();
            view.Progress(progress);
        }

        view.Write(number == 0 ? "There is nothing to ask: the two agree wherever it would count." : "Nothing is left to ask.");
        return progress;
    }

    // The side must not tell the system, and be the same after a resume: a few bits of the id.
    private static bool IsSwapped(string queryId) => (queryId.Aggregate(17u, static (hash, c) => (hash * 31) + c) * 2654435761u >> 31) == 1;

    private static LabelingAnswer Answer(char key, bool isSwapped) => (key, isSwapped) switch
    {
        ('1', false) or ('2', true) => LabelingAnswer.First,
        ('2', false) or ('1', true) => LabelingAnswer.Second,
        ('b', _) => LabelingAnswer.Both,
        _ => LabelingAnswer.Neither,
    };

    private async Task<char> ReadAsync(bool hasLeft, bool hasRight, CancellationToken cancellationToken)
    {
        while (true)
        {
            char? key = await keys.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (key is { } pressed ? char.ToLowerInvariant(pressed) : 'q')
            {
                case '1' when hasLeft:
                    return '1';
                case '2' when hasRight:
                    return '2';
                case 'b' when hasLeft && hasRight:
                    return 'b';
                case var known when known is '0' or 's' or 'q':
                    return known;
                default:
                    view.Write(string.Create(CultureInfo.InvariantCulture, $"'{key}' is not an answer here."));
                    break;
            }
        }
    }

    private LabelingProgress Measure()
    {
        PairedComparison? comparison = plan.Compare();
        int labeled = plan.LabeledQueryCount;
        if (_firstHalfWidth is null && labeled >= LeastQueries)
        {
            (_firstHalfWidth, _firstQueryCount) = (comparison?.Interval?.HalfWidth, labeled);
        }

        return new LabelingProgress
        {
            Metric = plan.Metric.Name,
            QueryCount = plan.QueryCount,
            LabeledQueries = labeled,
            JudgedDocuments = plan.Judgments.Values.Sum(static grades => grades.Count),
            Comparison = comparison,
            FirstHalfWidth = _firstHalfWidth,
            FirstQueryCount = _firstQueryCount,
            ExpectedHalfWidth = comparison is null ? null : plan.ExpectHalfWidth(comparison),
        };
    }
}
