using System.Globalization;

namespace Reranking.Onnx.Models;

/// <summary>After which layers documents leave, and how many stay.</summary>
/// <param name="steps">The layers, the first first.</param>
internal sealed class EarlyExitPlan(IReadOnlyList<EarlyExitStep> steps)
{
    /// <summary>What a plan looks like, for messages.</summary>
    public const string Expected = "Off, On, or a plan such as '2:60 5:25', the layers after which documents leave and how many of 100 stay";

    /// <summary>Gets the layers, the first first.</summary>
    public IReadOnlyList<EarlyExitStep> Steps => steps;

    /// <summary>Reads a plan: layers and how many of 100 documents stay after each, as <c>2:60 5:25</c>.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="topN">How many documents are wanted where it holds as it is.</param>
    /// <returns>The plan, or <see langword="null"/> if it is none.</returns>
    public static EarlyExitPlan? TryParse(string text, int topN = EarlyExitStep.UsualTopN)
    {
        var steps = new List<EarlyExitStep>();
        foreach (string part in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split(':') is not [string layer, string keep]
                || !int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || !double.TryParse(keep, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
                || number < 1 || percent is not (> 0 and < 100)
                || (steps.Count > 0 && (number <= steps[^1].Layer || percent / 100 >= steps[^1].Keep)))
            {
                return null;
            }

            steps.Add(new EarlyExitStep(number, percent / 100, topN));
        }

        return steps.Count == 0 ? null : new EarlyExitPlan(steps);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(' ', steps.Select(static step => string.Create(CultureInfo.InvariantCulture, $"{step.Layer}:{step.Keep * 100:0.##}")));
}

/// <summary>An exit of a plan.</summary>
/// <param name="Layer">The layer after which documents leave, from 1.</param>
/// <param name="Keep">The share of the documents that stays when <paramref name="TopN"/> are wanted of <see cref="UsualCount"/>.</param>
/// <param name="TopN">How many are wanted where the plan was fitted.</param>
internal readonly record struct EarlyExitStep(int Layer, double Keep, int TopN = EarlyExitStep.UsualTopN)
{
    /// <summary>How many documents are wanted where nothing else was fitted.</summary>
    public const int UsualTopN = 10;

    /// <summary>How many documents there are where a plan is measured.</summary>
    public const int UsualCount = 100;

    // Of few documents a larger share is among the wanted ones. A margin that was chosen, not fitted.
    private const double LeastPerWanted = 1.5;

    /// <summary>Returns how many documents stay.</summary>
    /// <param name="count">How many documents the request has.</param>
    /// <param name="topN">How many of them are wanted.</param>
    /// <remarks>
    /// Half as many wanted ones keep 0.7 times as many: a cautious choice between keeping the same share and shrinking it with what is wanted.
    /// </remarks>
    public int CountOf(int count, int topN)
    {
        double usual = Keep * count * Math.Sqrt((double)topN / TopN);
        double least = Math.Max(topN * LeastPerWanted, Keep * UsualCount / TopN * Math.Min(topN, TopN) * 0.5);
        return (int)Math.Clamp(Math.Ceiling(Math.Max(usual, least) - 1e-9), Math.Min(1, count), count);
    }
}
