namespace Reranking.Evaluation.Labeling;

/// <summary>A query while it is labeled: what is known, and what to ask next.</summary>
internal sealed class LabelingState
{
    private const double Tolerance = 1e-9;

    private readonly EvaluationDocument[] _raisedByFirst;    // what the first system ranks higher than the second
    private readonly EvaluationDocument[] _raisedBySecond;
    private readonly string[] _first;
    private readonly string[] _second;
    private readonly HashSet<string> _skipped = [];
    private readonly Dictionary<string, int> _grades;
    private readonly RankingMetric _metric;
    private readonly int _relevantFrom;

    public LabelingState(
        EvaluationQuery query,
        IReadOnlyList<EvaluationDocument> first,
        IReadOnlyList<EvaluationDocument> second,
        IReadOnlyDictionary<string, int>? known,
        RankingMetric metric,
        int relevantFrom)
    {
        int depth = metric.Cutoff ?? int.MaxValue;
        Query = query;
        _first = [.. first.Take(depth).Select(static document => document.Id)];
        _second = [.. second.Take(depth).Select(static document => document.Id)];
        _raisedByFirst = [.. first.Take(depth).Where((document, rank) => Array.IndexOf(_second, document.Id) is var other && (other < 0 || other > rank))];
        _raisedBySecond = [.. second.Take(depth).Where((document, rank) => Array.IndexOf(_first, document.Id) is var other && (other < 0 || other > rank))];
        _grades = known is null ? [] : new Dictionary<string, int>(known);
        _metric = metric;
        _relevantFrom = relevantFrom;
        Update();
    }

    public EvaluationQuery Query { get; }

    public IReadOnlyDictionary<string, int> Grades => _grades;

    /// <summary>Gets the values of both systems, or <see langword="null"/> if nothing is known to be relevant.</summary>
    public (double First, double Second)? Values { get; private set; }

    /// <summary>Gets what to ask, or <see langword="null"/> if no answer makes a difference.</summary>
    public LabelingQuestion? Question { get; private set; }

    public void Judge(int first, int second)
    {
        Set(_grades, Question!.First, first);
        Set(_grades, Question.Second, second);
        Update();
    }

    public void Skip()
    {
        _skipped.UnionWith(new[] { Question!.First, Question.Second }.OfType<EvaluationDocument>().Select(static document => document.Id));
        Update();
    }

    private static void Set(Dictionary<string, int> grades, EvaluationDocument? document, int grade)
    {
        if (document is not null)
        {
            grades[document.Id] = grade;
        }
    }

    private (double First, double Second)? Measure(IReadOnlyDictionary<string, int> grades) =>
        _metric.Compute(_first, grades, _relevantFrom) is { } first && _metric.Compute(_second, grades, _relevantFrom) is { } second
            ? (first, second)
            : null;

    // A query without a relevant document says nothing, which is what a difference of 0 says.
    private double Difference(IReadOnlyDictionary<string, int> grades) => Measure(grades) is { } values ? values.Second - values.First : 0;

    private double DifferenceIf(EvaluationDocument? first, int firstGrade, EvaluationDocument? second, int secondGrade)
    {
        Dictionary<string, int> grades = new(_grades);
        Set(grades, first, firstGrade);
        Set(grades, second, secondGrade);
        return Difference(grades);
    }

    private void Update()
    {
        Values = Measure(_grades);
        double now = Difference(_grades);
        EvaluationDocument? first = MostTelling(_raisedByFirst, now);
        EvaluationDocument? second = MostTelling(_raisedBySecond, now);
        Question = null;
        if (first is not null || second is not null)
        {
            double[] outcomes =
            [
                now,
                DifferenceIf(first, _relevantFrom, second, 0),
                DifferenceIf(first, 0, second, _relevantFrom),
                DifferenceIf(first, _relevantFrom, second, _relevantFrom),
            ];
            Question = new LabelingQuestion(Query, first, second, outcomes.Max() - outcomes.Min());
        }
    }

    // Of equals the one that is ranked highest.
    private EvaluationDocument? MostTelling(EvaluationDocument[] documents, double now) =>
        documents.Where(document => !_grades.ContainsKey(document.Id) && !_skipped.Contains(document.Id))
            .Select(document => (Document: document, Effect: Math.Abs(DifferenceIf(document, _relevantFrom, null, 0) - now)))
            .Where(static pair => pair.Effect > Tolerance)
            .OrderByDescending(static pair => pair.Effect)
            .FirstOrDefault().Document;
}
