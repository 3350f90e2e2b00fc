using System.Globalization;
using System.Net;
using System.Text;

namespace Reranking.Evaluation.Reports;

/// <summary>
/// A plot as SVG: a frame with axes, and marks in the coordinates of the data. Colors come from classes, so that a page can be light and dark.
/// </summary>
internal sealed class SvgPlot
{
    private const double Width = 720;
    private const double Left = 64;
    private const double Top = 18;
    private const double Bottom = 46;
    private const int TickCount = 5;

    private readonly StringBuilder _svg = new();
    private readonly double _height;
    private readonly double _right;
    private readonly (double Low, double High) _x;
    private readonly (double Low, double High) _y;

    /// <summary>Initializes a new instance of the <see cref="SvgPlot"/> class.</summary>
    /// <param name="description">What is shown, for those who can't see it.</param>
    /// <param name="x">The range from left to right.</param>
    /// <param name="y">The range from bottom to top.</param>
    /// <param name="height">The height beside a width of 720.</param>
    /// <param name="style">The style sheet of an image of its own, or <see langword="null"/> for a part of a page that has one.</param>
    /// <param name="right">The room for labels, right of the frame.</param>
    public SvgPlot(string description, (double Low, double High) x, (double Low, double High) y, double height = 320, string? style = null, double right = 150)
    {
        _right = right;
        _height = height;
        _x = x.High > x.Low ? x : (x.Low - 0.5, x.Low + 0.5);
        _y = y.High > y.Low ? y : (y.Low - 0.05, y.Low + 0.05);
        string space = style is null ? "" : " xmlns=\"http://www.w3.org/2000/svg\"";
        Add($"<svg{space} viewBox=\"0 0 {Width} {_height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(description)}\">");
        _svg.Append(style is null ? "" : $"<style>{style.ReplaceLineEndings("\n")}</style>");
    }

    /// <summary>Widens a range by a share of its width, so that no mark touches the frame.</summary>
    public static (double Low, double High) Range(IEnumerable<double> values, double margin = 0.08)
    {
        double[] all = [.. values];
        double low = all.Min();
        double high = all.Max();
        double more = Math.Max(high - low, 0.01) * margin;
        return (low - more, high + more);
    }

    public void XAxis(string title, string format = "0", IEnumerable<(double At, string Label)>? ticks = null)
    {
        Add($"<line class=\"axis\" x1=\"{Left}\" y1=\"{_height - Bottom:0.#}\" x2=\"{Width - _right}\" y2=\"{_height - Bottom:0.#}\"/>");
        foreach ((double at, string label) in ticks ?? Ticks(_x, format))
        {
            Add($"<text class=\"tick\" x=\"{X(at):0.#}\" y=\"{_height - Bottom + 16:0.#}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(label)}</text>");
        }

        Add($"<text class=\"title\" x=\"{(Left + Width - _right) / 2:0.#}\" y=\"{_height - 8:0.#}\" ");
        Add($"text-anchor=\"middle\">{WebUtility.HtmlEncode(title)}</text>");
    }

    public void YAxis(string title, string format = "0.00", IEnumerable<(double At, string Label)>? ticks = null)
    {
        foreach ((double at, string label) in ticks ?? Ticks(_y, format))
        {
            Add($"<line class=\"grid\" x1=\"{Left}\" y1=\"{Y(at):0.#}\" x2=\"{Width - _right}\" y2=\"{Y(at):0.#}\"/>");
            Add($"<text class=\"tick\" x=\"{Left - 8}\" y=\"{Y(at) + 4:0.#}\" text-anchor=\"end\">{label}</text>");
        }

        double middle = (Top + _height - Bottom) / 2;
        Add($"<text class=\"title\" transform=\"rotate(-90)\" x=\"{-middle:0.#}\" y=\"14\" text-anchor=\"middle\">{WebUtility.HtmlEncode(title)}</text>");
    }

    public void Line(string style, IEnumerable<(double X, double Y)> points) =>
        Add($"<polyline class=\"{style}\" points=\"{string.Join(' ', points.Select(point => Invariant($"{X(point.X):0.#},{Y(point.Y):0.#}")))}\"/>");

    public void Point(string style, double x, double y, string title) =>
        Add($"<circle class=\"{style}\" cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\" r=\"5\"><title>{WebUtility.HtmlEncode(title)}</title></circle>");

    /// <summary>Draws a bar from one corner to the other.</summary>
    public void Bar(string style, (double X, double Y) from, (double X, double Y) to, string title)
    {
        double x = X(from.X);
        double y = Math.Min(Y(from.Y), Y(to.Y));
        double width = Math.Max(X(to.X) - x - 1, 0.8);
        double height = Math.Abs(Y(from.Y) - Y(to.Y));
        Add($"<rect class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.##}\" ");
        Add($"height=\"{height:0.#}\"><title>{WebUtility.HtmlEncode(title)}</title></rect>");
    }

    /// <summary>Writes beside a point, to the right of it.</summary>
    public void Label(double x, double y, string text, double lower = 4) =>
        Add($"<text class=\"label\" x=\"{X(x) + 9:0.#}\" y=\"{Y(y) + lower:0.#}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>Writes beside several points so that no text covers another; the highest comes first.</summary>
    public void Labels(IEnumerable<(double X, double Y, string Text)> labels)
    {
        const double LineHeight = 15;
        double free = double.NegativeInfinity;
        foreach ((double x, double y, string text) in labels.OrderByDescending(static label => label.Y))
        {
            double at = Math.Max(Y(y) + 4, free);
            free = at + LineHeight;
            Add($"<text class=\"label\" x=\"{X(x) + 9:0.#}\" y=\"{at:0.#}\">{WebUtility.HtmlEncode(text)}</text>");
        }
    }

    public string Close() => _svg.Append("</svg>").ToString();

    // Steps of 1, 2 or 5 times a power of ten.
    private static IEnumerable<(double At, string Label)> Ticks((double Low, double High) range, string format)
    {
        double rough = (range.High - range.Low) / TickCount;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
        for (double at = Math.Ceiling(range.Low / step) * step; at <= range.High + (step / 1e6); at += step)
        {
            yield return (at, (Math.Abs(at) < step / 1e6 ? 0 : at).ToString(format, CultureInfo.InvariantCulture));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private double X(double value) => Left + ((value - _x.Low) / (_x.High - _x.Low) * (Width - Left - _right));

    private double Y(double value) => _height - Bottom - ((value - _y.Low) / (_y.High - _y.Low) * (_height - Top - Bottom));

    private void Add(FormattableString markup) => _svg.Append(Invariant(markup));
}
