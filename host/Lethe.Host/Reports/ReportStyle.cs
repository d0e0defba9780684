namespace Lethe.Host.Reports;

/// <summary>The report's only style sheet; the page loads nothing from anywhere.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light; }
        body { font: 16px/1.5 system-ui, sans-serif; color: #1c1f23; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; }
        h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { margin-top: 2.4rem; border-bottom: 2px solid #d9dde2; padding-bottom: .2rem; } h3 { margin: 1.4rem 0 .3rem; }
        table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #e3e6ea; }
        th { background: #f4f6f8; } td, code, pre { overflow-wrap: anywhere; }
        code, pre { font: .85rem/1.45 ui-monospace, monospace; background: #f4f6f8; } pre { padding: .8rem; white-space: pre-wrap; }
        .verdict { padding: .8rem 1rem; border-left: .5rem solid; font-size: 1.1rem; } .held { border-color: #1a7f4b; background: #eaf6ef; } .missed { border-color: #b3261e; background: #fbecea; }
        .pairs { display: flex; flex-wrap: wrap; gap: .4rem 1rem; } figure { margin: 0; } figcaption { font-size: .8rem; color: #50565e; }
        .strip { display: flex; gap: 3px; align-items: center; } .strip span { width: 3.4rem; font-size: .8rem; color: #50565e; } .strip img { width: 72px; height: 72px; image-rendering: auto; border: 1px solid #d9dde2; }
        .small { font-size: .85rem; color: #50565e; }
        @media print { body { margin: 0; max-width: none; } section { break-inside: avoid-page; } }
        """;
}
