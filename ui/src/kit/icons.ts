// Lucide glyphs (ISC) by the word they stand for here. One import each, so that
// only these are shipped.

import IAlarmClock from '@lucide/svelte/icons/alarm-clock';
import IArrowRight from '@lucide/svelte/icons/arrow-right';
import IArrowUpDown from '@lucide/svelte/icons/arrow-up-down';
import IAtSign from '@lucide/svelte/icons/at-sign';
import IBan from '@lucide/svelte/icons/ban';
import IBanknote from '@lucide/svelte/icons/banknote';
import IBell from '@lucide/svelte/icons/bell';
import IBellOff from '@lucide/svelte/icons/bell-off';
import IBold from '@lucide/svelte/icons/bold';
import IBookOpen from '@lucide/svelte/icons/book-open';
import IBox from '@lucide/svelte/icons/box';
import IBuilding2 from '@lucide/svelte/icons/building-2';
import ICalendar from '@lucide/svelte/icons/calendar';
import ICalendarClock from '@lucide/svelte/icons/calendar-clock';
import ICalendarSearch from '@lucide/svelte/icons/calendar-search';
import IChartColumn from '@lucide/svelte/icons/chart-column';
import ICheck from '@lucide/svelte/icons/check';
import IChevronDown from '@lucide/svelte/icons/chevron-down';
import IChevronLeft from '@lucide/svelte/icons/chevron-left';
import IChevronRight from '@lucide/svelte/icons/chevron-right';
import IChevronUp from '@lucide/svelte/icons/chevron-up';
import ICircle from '@lucide/svelte/icons/circle';
import ICircleAlert from '@lucide/svelte/icons/circle-alert';
import ICircleCheck from '@lucide/svelte/icons/circle-check';
import ICircleDot from '@lucide/svelte/icons/circle-dot';
import IClock from '@lucide/svelte/icons/clock';
import ICloudOff from '@lucide/svelte/icons/cloud-off';
import ICode from '@lucide/svelte/icons/code';
import ICopy from '@lucide/svelte/icons/copy';
import ICornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import IDatabase from '@lucide/svelte/icons/database';
import IDownload from '@lucide/svelte/icons/download';
import IEllipsis from '@lucide/svelte/icons/ellipsis';
import IExternalLink from '@lucide/svelte/icons/external-link';
import IEye from '@lucide/svelte/icons/eye';
import IEyeOff from '@lucide/svelte/icons/eye-off';
import IFileText from '@lucide/svelte/icons/file-text';
import IFolder from '@lucide/svelte/icons/folder';
import IFrown from '@lucide/svelte/icons/frown';
import IGitCompare from '@lucide/svelte/icons/git-compare';
import IGlobe from '@lucide/svelte/icons/globe';
import IHandshake from '@lucide/svelte/icons/handshake';
import IHardDrive from '@lucide/svelte/icons/hard-drive';
import IHash from '@lucide/svelte/icons/hash';
import IHistory from '@lucide/svelte/icons/history';
import IHourglass from '@lucide/svelte/icons/hourglass';
import IIdCard from '@lucide/svelte/icons/id-card';
import IImage from '@lucide/svelte/icons/image';
import IInbox from '@lucide/svelte/icons/inbox';
import IInfo from '@lucide/svelte/icons/info';
import IItalic from '@lucide/svelte/icons/italic';
import IKanban from '@lucide/svelte/icons/kanban';
import IKeyRound from '@lucide/svelte/icons/key-round';
import IKeyboard from '@lucide/svelte/icons/keyboard';
import ILandmark from '@lucide/svelte/icons/landmark';
import ILanguages from '@lucide/svelte/icons/languages';
import ILayers from '@lucide/svelte/icons/layers';
import ILayoutTemplate from '@lucide/svelte/icons/layout-template';
import ILink from '@lucide/svelte/icons/link';
import IList from '@lucide/svelte/icons/list';
import IListTodo from '@lucide/svelte/icons/list-todo';
import ILoader from '@lucide/svelte/icons/loader';
import ILock from '@lucide/svelte/icons/lock';
import ILockOpen from '@lucide/svelte/icons/lock-open';
import ILogIn from '@lucide/svelte/icons/log-in';
import ILogOut from '@lucide/svelte/icons/log-out';
import IMail from '@lucide/svelte/icons/mail';
import IMailOpen from '@lucide/svelte/icons/mail-open';
import IMapPin from '@lucide/svelte/icons/map-pin';
import IMenu from '@lucide/svelte/icons/menu';
import IMerge from '@lucide/svelte/icons/merge';
import IMessageSquare from '@lucide/svelte/icons/message-square';
import IMessagesSquare from '@lucide/svelte/icons/messages-square';
import IMinus from '@lucide/svelte/icons/minus';
import IMonitor from '@lucide/svelte/icons/monitor';
import IMoon from '@lucide/svelte/icons/moon';
import IMoonStar from '@lucide/svelte/icons/moon-star';
import IPackage from '@lucide/svelte/icons/package';
import IPanelLeft from '@lucide/svelte/icons/panel-left';
import IPanelRight from '@lucide/svelte/icons/panel-right';
import IPaperclip from '@lucide/svelte/icons/paperclip';
import IPause from '@lucide/svelte/icons/pause';
import IPencil from '@lucide/svelte/icons/pencil';
import IPhone from '@lucide/svelte/icons/phone';
import IPin from '@lucide/svelte/icons/pin';
import IPinOff from '@lucide/svelte/icons/pin-off';
import IPlay from '@lucide/svelte/icons/play';
import IPlug from '@lucide/svelte/icons/plug';
import IPlus from '@lucide/svelte/icons/plus';
import IReceipt from '@lucide/svelte/icons/receipt';
import IRefreshCw from '@lucide/svelte/icons/refresh-cw';
import IReply from '@lucide/svelte/icons/reply';
import IRotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ISearch from '@lucide/svelte/icons/search';
import ISend from '@lucide/svelte/icons/send';
import ISettings from '@lucide/svelte/icons/settings';
import IShieldCheck from '@lucide/svelte/icons/shield-check';
import ISlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import ISmile from '@lucide/svelte/icons/smile';
import ISplit from '@lucide/svelte/icons/split';
import ISquare from '@lucide/svelte/icons/square';
import IStar from '@lucide/svelte/icons/star';
import IStickyNote from '@lucide/svelte/icons/sticky-note';
import ISun from '@lucide/svelte/icons/sun';
import ITarget from '@lucide/svelte/icons/target';
import ITextQuote from '@lucide/svelte/icons/text-quote';
import ITicket from '@lucide/svelte/icons/ticket';
import ITrash2 from '@lucide/svelte/icons/trash-2';
import ITrendingDown from '@lucide/svelte/icons/trending-down';
import ITrendingUp from '@lucide/svelte/icons/trending-up';
import ITriangleAlert from '@lucide/svelte/icons/triangle-alert';
import IType from '@lucide/svelte/icons/type';
import IUndo2 from '@lucide/svelte/icons/undo-2';
import IUnfoldVertical from '@lucide/svelte/icons/unfold-vertical';
import IUnlink from '@lucide/svelte/icons/unlink';
import IUser from '@lucide/svelte/icons/user';
import IUsers from '@lucide/svelte/icons/users';
import IVideo from '@lucide/svelte/icons/video';
import IVolumeX from '@lucide/svelte/icons/volume-x';
import IX from '@lucide/svelte/icons/x';
import IZap from '@lucide/svelte/icons/zap';

export const ICONS = {
  source: IDatabase,
  chat: IMessageSquare,
  mail: IMail,
  erp: ILandmark,
  crm: IHandshake,
  ticket: ITicket,
  wiki: IBookOpen,
  calendar: ICalendar,
  people: IUsers,
  person: IUser,
  task: ICircleCheck,
  folder: IFolder,
  device: IHardDrive,
  today: ISun,
  inbox: IInbox,
  customer: IBuilding2,
  mention: IAtSign,
  waiting: IHourglass,
  promise: IHandshake,
  snooze: IAlarmClock,
  insights: IChartColumn,
  rules: IZap,
  accounts: IPlug,
  settings: ISettings,
  alert: ITriangleAlert,
  search: ISearch,
  plus: IPlus,
  minus: IMinus,
  square: ISquare,
  close: IX,
  left: IChevronLeft,
  right: IChevronRight,
  down: IChevronDown,
  up: IChevronUp,
  check: ICheck,
  more: IEllipsis,
  filter: ISlidersHorizontal,
  send: ISend,
  attach: IPaperclip,
  file: IFileText,
  image: IImage,
  emoji: ISmile,
  schedule: ICalendarClock,
  draft: IPencil,
  lock: ILock,
  unlock: ILockOpen,
  phone: IPhone,
  video: IVideo,
  external: IExternalLink,
  reply: IReply,
  undo: IUndo2,
  retry: IRefreshCw,
  restart: IRotateCcw,
  arrow: IArrowRight,
  enter: ICornerDownLeft,
  invoice: IReceipt,
  order: IPackage,
  opportunity: ITarget,
  record: IFileText,
  payment: IBanknote,
  employee: IIdCard,
  product: IBox,
  conflict: IGitCompare,
  trend_down: ITrendingDown,
  trend_up: ITrendingUp,
  history: IHistory,
  link: ILink,
  unlink: IUnlink,
  pin: IPin,
  pinned: IPinOff,
  note: IStickyNote,
  eye: IEye,
  eye_off: IEyeOff,
  download: IDownload,
  key: IKeyRound,
  shield: IShieldCheck,
  bell: IBell,
  bell_off: IBellOff,
  moon: IMoon,
  monitor: IMonitor,
  list: IList,
  board: IKanban,
  list_todo: IListTodo,
  sleep: IMoonStar,
  info: IInfo,
  error: ICircleAlert,
  ban: IBan,
  dot: ICircleDot,
  circle: ICircle,
  clock: IClock,
  loader: ILoader,
  offline: ICloudOff,
  play: IPlay,
  pause: IPause,
  globe: IGlobe,
  mappin: IMapPin,
  trash: ITrash2,
  copy: ICopy,
  unread: IMailOpen,
  mute: IVolumeX,
  bold: IBold,
  italic: IItalic,
  code: ICode,
  quote: ITextQuote,
  template: ILayoutTemplate,
  keyboard: IKeyboard,
  language: ILanguages,
  text: IType,
  frown: IFrown,
  star: IStar,
  split: ISplit,
  merge: IMerge,
  room: IHash,
  space: ILayers,
  layers: ILayers,
  sign_in: ILogIn,
  sign_out: ILogOut,
  logo: IZap,
  sidebar: IPanelLeft,
  context: IPanelRight,
  menu: IMenu,
  sort: IArrowUpDown,
  at: IAtSign,
  gap: IUnfoldVertical,
  jump: ICalendarSearch,
  thread: IMessagesSquare,
} as const;

export type IconName = keyof typeof ICONS;
